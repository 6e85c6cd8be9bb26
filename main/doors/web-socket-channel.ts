import { Packr } from 'msgpackr'
import type { RawData, WebSocket } from 'ws'
import { ListenerSet, UnreadableMessage } from './channel.ts'
import type { Channel } from './channel.ts'

/** From this many bytes that wait to be sent on, the other side counts as slow … */
const CONGESTED_FROM_BYTES = 8 * 1024 * 1024
/** … until it has taken them down to this many. */
const CONGESTED_TO_BYTES = 1024 * 1024

interface Frame {
  data: RawData
  isBinary: boolean
}

/**
 * Makes a channel of a WebSocket: one MessagePack value a frame, `Uint8Array` as binary, no extension records.
 * While the other side does not read what it is sent, nothing more is read from it either, so its requests
 * cannot pile up answers here.
 */
export function openWebSocketChannel(socket: WebSocket): Channel {
  // One for each connection, and without records: what one client sends cannot change how another is read.
  const codec = new Packr({ useRecords: false, copyBuffers: true })
  const messageListeners = new ListenerSet<[unknown]>()
  const closeListeners = new ListenerSet()
  const drainListeners = new ListenerSet()
  // Those that had arrived already when the connection became congested.
  const waiting: Frame[] = []
  let congested = false

  function decode({ data, isBinary }: Frame): unknown {
    if (!isBinary) return new UnreadableMessage('it is text, where MessagePack is expected')
    try {
      // 'nodebuffer' is the binary type of every socket here.
      return codec.unpack(data as Buffer)
    } catch (error) {
      return new UnreadableMessage(`it is not MessagePack (${(error as Error).message})`)
    }
  }

  function receive(frame: Frame): void {
    if (congested || waiting.length > 0) waiting.push(frame)
    else messageListeners.emit(decode(frame))
  }

  /** One a turn, so that its answer is counted before the next request is read. */
  function receiveWaiting(): void {
    const frame = congested ? undefined : waiting.shift()
    if (!frame) return
    messageListeners.emit(decode(frame))
    setImmediate(receiveWaiting)
  }

  function noteSent(): void {
    if (!congested || socket.bufferedAmount > CONGESTED_TO_BYTES) return
    congested = false
    drainListeners.emit()
    socket.resume()
    receiveWaiting()
  }

  socket.on('message', (data, isBinary) => receive({ data, isBinary }))
  socket.on('close', () => closeListeners.emit())
  // Without a listener an error would end the process. The socket closes itself after one.
  socket.on('error', () => {})

  return {
    post(message) {
      if (socket.readyState !== socket.OPEN) return
      socket.send(codec.pack(message), noteSent)
      if (congested || socket.bufferedAmount <= CONGESTED_FROM_BYTES) return
      congested = true
      socket.pause()
    },
    on: (listener) => messageListeners.add(listener),
    off: (listener) => messageListeners.delete(listener),
    onClose: (listener) => closeListeners.add(listener),
    close() {
      // A side that does not read would not hear that it is being closed.
      if (congested) socket.terminate()
      else socket.close(1000)
    },
    get congested() {
      return congested
    },
    onDrain: (listener) => drainListeners.add(listener),
  }
}
