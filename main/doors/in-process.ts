import { MessageChannel } from 'node:worker_threads'
import type { EventListener, Inspector } from '../inspector/api.ts'
import { connectClient } from './client.ts'
import type { Client } from './client.ts'
import { openPortChannel } from './port.ts'
import { serveClient } from './serve-client.ts'

/**
 * Connects a client inside of this process. Its messages are copied and checked like those of any other
 * client. It keeps the process alive until `close` is called.
 */
export function connectInProcess(inspector: Inspector, listener: EventListener = {}): Client {
  const { port1, port2 } = new MessageChannel()
  serveClient(inspector, openPortChannel(port1))
  return connectClient(openPortChannel(port2), listener)
}
