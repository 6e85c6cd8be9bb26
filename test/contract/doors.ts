import { MessageChannel } from 'node:worker_threads'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { WebSocket } from 'ws'
import { connectClient } from '../../main/doors/client.ts'
import type { Client } from '../../main/doors/client.ts'
import type { Channel } from '../../main/doors/channel.ts'
import { openInProcessChannel } from '../../main/doors/in-process.ts'
import { openPortChannel } from '../../main/doors/port.ts'
import { serveClient } from '../../main/doors/serve-client.ts'
import { startBrowserDoor } from '../../main/doors/web-socket.ts'
import type { BrowserDoor } from '../../main/doors/web-socket.ts'
import { openWebSocketChannel } from '../../main/doors/web-socket-channel.ts'
import type { EventListener, Inspector } from '../../main/inspector/api.ts'
import { createInspector } from '../../main/inspector/inspector.ts'

export const ROOT_FOLDER = resolve(import.meta.dirname, '../..')
/** Any folder with an index.html serves: what is tested here is the door, not the page. */
export const PAGE_FOLDER = resolve(import.meta.dirname, 'page')

/** A client's end of a door: to speak the contract, and to send what no client of ours would. */
export interface Connection {
  client: Client
  channel: Channel
}

/** An inspector with one kind of door to it. */
export interface OpenDoor {
  connect(listener?: EventListener): Promise<Connection>
  close(): Promise<void>
}

/** One kind of door. The contract's suite runs over each. */
export interface DoorDriver {
  name: string
  open(): Promise<OpenDoor>
}

/** The real inspector with real workers, run from source. */
export function startInspector(): Inspector {
  return createInspector({
    workerUrl: pathToFileURL(resolve(ROOT_FOLDER, 'main/host/worker.ts')),
    queryProcessUrl: pathToFileURL(resolve(ROOT_FOLDER, 'main/sql/query-process.ts')),
    guestsFolder: resolve(ROOT_FOLDER, 'guests'),
    settingsFolder: null,
    version: '0.0.0',
  })
}

export async function openBrowserDoor(inspector: Inspector): Promise<BrowserDoor> {
  const started = await startBrowserDoor({ inspector, rendererFolder: PAGE_FOLDER })
  if (!started.ok) throw new Error(started.error.code)
  return started.value
}

/** Opens a WebSocket as the page at `url` does; `close` and `error` before it is open reject. */
export function openSocket(url: string, origin = new URL(url).origin): Promise<WebSocket> {
  const { host, hash } = new URL(url)
  const socket = new WebSocket(`ws://${host}/service`, ['jspi-inspector', hash.slice('#token='.length)], {
    origin,
  })
  return new Promise((opened, failed) => {
    socket.once('open', () => opened(socket))
    socket.once('error', failed)
  })
}

function connectChannel(channel: Channel, listener: EventListener = {}): Connection {
  return { channel, client: connectClient(channel, listener) }
}

/** Electron's port by its shape: an emitter without `addEventListener`, whose messages come inside of an event. */
function openElectronChannel(inspector: Inspector): Channel {
  const { port1, port2 } = new MessageChannel()
  const electronPort = {
    postMessage: (message: unknown) => port1.postMessage(message),
    on: (event: string, listener: (event: { data: unknown }) => void) =>
      port1.on(event as 'message', (data: unknown) => listener({ data })),
    start: () => port1.start(),
    close: () => port1.close(),
  }
  serveClient(inspector, openPortChannel(electronPort))
  return openPortChannel(port2)
}

/** The doors that can be opened anywhere. The one of the real or stand-in Electron is added by its own tests. */
export const DOORS: DoorDriver[] = [
  {
    name: 'in-process',
    open: () => openDoor(openInProcessChannel),
  },
  {
    name: 'electron port',
    open: () => openDoor(openElectronChannel),
  },
  {
    name: 'browser',
    async open() {
      const inspector = startInspector()
      const door = await openBrowserDoor(inspector)
      return {
        async connect(listener) {
          const opening = openSocket(door.url)
          return connectChannel(openWebSocketChannel(await opening), listener)
        },
        async close() {
          await door.close()
          await inspector.close()
        },
      }
    },
  },
]

async function openDoor(openChannel: (inspector: Inspector) => Channel): Promise<OpenDoor> {
  const inspector = startInspector()
  const channels: Channel[] = []
  return {
    connect: async (listener) => {
      const channel = openChannel(inspector)
      channels.push(channel)
      return connectChannel(channel, listener)
    },
    async close() {
      for (const channel of channels) channel.close()
      await inspector.close()
    },
  }
}
