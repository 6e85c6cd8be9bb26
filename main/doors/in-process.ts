import { MessageChannel } from 'node:worker_threads'
import type { EventListener, Inspector } from '../inspector/api.ts'
import type { Channel } from './channel.ts'
import { connectClient } from './client.ts'
import type { Client } from './client.ts'
import { openPortChannel } from './port.ts'
import { serveClient } from './serve-client.ts'

/**
 * Connects a client inside of this process. Its messages are copied and checked like those of any other
 * client. It keeps the process alive until it is closed.
 */
export function connectInProcess(inspector: Inspector, listener: EventListener = {}): Client {
  return connectClient(openInProcessChannel(inspector), listener)
}

/** The client's end of a channel inside of this process. */
export function openInProcessChannel(inspector: Inspector): Channel {
  const { port1, port2 } = new MessageChannel()
  serveClient(inspector, openPortChannel(port1))
  return openPortChannel(port2)
}
