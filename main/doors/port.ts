import { ListenerSet, UnreadableMessage } from './channel.ts'
import type { Channel, MessageListener } from './channel.ts'

type PortEventListener = (event: { data: unknown }) => void

/**
 * A port of Node's `MessageChannel` or of Electron's `MessageChannelMain`, as far as a door needs it: so this
 * folder need not import 'electron'. Messages arrive inside of an event, from Node's `addEventListener` as
 * from Electron's `on`.
 */
export type Port = {
  postMessage(message: unknown): void
  start(): void
  close(): void
} & (
  | { addEventListener(event: string, listener: PortEventListener): void }
  | { on(event: string, listener: PortEventListener): unknown }
)

/** Makes a channel of a port. On Node it keeps the process alive until it is closed. */
export function openPortChannel(port: Port): Channel {
  const messageListeners = new ListenerSet<[unknown]>()
  const closeListeners = new ListenerSet()
  // The port starts here, but whoever asked for the channel listens a little later: nothing may be lost between.
  let early: unknown[] | null = []
  let open = true

  function receive(message: unknown): void {
    if (early) early.push(message)
    else messageListeners.emit(message)
  }

  function end(): void {
    if (!open) return
    open = false
    closeListeners.emit()
  }

  function listen(event: string, listener: PortEventListener): void {
    if ('addEventListener' in port) port.addEventListener(event, listener)
    else port.on(event, listener)
  }

  listen('message', (event) => receive(event.data))
  listen('messageerror', () => receive(new UnreadableMessage('it cannot be decoded')))
  listen('close', end)
  port.start()

  return {
    post(message) {
      if (open) port.postMessage(message)
    },
    on(listener: MessageListener) {
      messageListeners.add(listener)
      const waiting = early ?? []
      early = null
      for (const message of waiting) messageListeners.emit(message)
    },
    off: (listener) => messageListeners.delete(listener),
    onClose: (listener) => closeListeners.add(listener),
    close() {
      port.close()
      end()
    },
    // A port has no measure of what waits in it.
    congested: false,
    onDrain() {},
  }
}
