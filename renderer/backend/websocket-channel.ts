import { Packr } from 'msgpackr'
import { ConnectionRefused } from './channel.ts'
import type { Channel, OpenChannel } from './channel.ts'

// Without record structures every message stands alone, so that either side can join at any time.
const packr = new Packr({ useRecords: false })

/** Connects to the browser door that served this page; the token stands in the page's address. */
export function prepareWebSocket(): OpenChannel {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
  return () =>
    new Promise<Channel>((resolve, reject) => {
      const socket = new WebSocket(`ws://${location.host}/service`, ['jspi-inspector', token])
      socket.binaryType = 'arraybuffer'
      socket.addEventListener('open', () => resolve(openSocket(socket)), { once: true })
      socket.addEventListener('close', () => void explainFailure().then(reject), { once: true })
    })
}

/** A page cannot see why a WebSocket was not opened; whether its server answers at all tells the two apart. */
async function explainFailure(): Promise<Error> {
  const answers = await fetch('/', { method: 'HEAD', cache: 'no-store' }).then(
    (response) => response.ok,
    () => false,
  )
  return answers ? new ConnectionRefused() : new Error('Nobody answers.')
}

function openSocket(socket: WebSocket): Channel {
  return {
    post: (message) => socket.send(packr.pack(message) as Uint8Array<ArrayBuffer>),
    listen: (handler) =>
      socket.addEventListener('message', (event: MessageEvent<ArrayBuffer>) =>
        handler(packr.unpack(new Uint8Array(event.data))),
      ),
    onClosed: (handler) => socket.addEventListener('close', handler, { once: true }),
  }
}
