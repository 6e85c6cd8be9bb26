import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { STATUS_CODES, createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { makeError } from '../contract/error-codes.ts'
import { failure, success } from '../contract/result.ts'
import type { Result } from '../contract/result.ts'
import { GUEST_SIZE_LIMIT_BYTES } from '../contract/schemas.ts'
import type { Inspector } from '../inspector/api.ts'
import { SUBPROTOCOL, checkHost, checkWebSocket } from './admission.ts'
import type { Refusal } from './admission.ts'
import { serveClient } from './serve-client.ts'
import { answer, makeSecurityHeaders, serveFile } from './static-files.ts'
import { openWebSocketChannel } from './web-socket-channel.ts'

/** Pages that may be connected at once. */
export const CONNECTION_LIMIT = 32
/** A guest of the largest size, and what is said around it. */
export const MESSAGE_SIZE_LIMIT_BYTES = GUEST_SIZE_LIMIT_BYTES + 1024 * 1024
/** Sockets that may be open at once, with those that have not been let in yet. */
const SOCKET_LIMIT = 256
const ADDRESS = '127.0.0.1'

export interface BrowserDoorOptions {
  inspector: Inspector
  /** The built renderer. */
  rendererFolder: string
  /** Any free port when left out. */
  port?: number
}

/** The inspector in a browser: serves the page and speaks with it, on this machine only. */
export interface BrowserDoor {
  /** What to open; its fragment carries the token, and whoever has that controls the inspector. */
  url: string
  /**
   * An address that leads to `url` once and never again: it may appear among the arguments of a browser's
   * process, which every user of the machine can read.
   */
  createOpeningUrl(): string
  /** Disconnects everybody and frees the port. */
  close(): Promise<void>
}

/** Opens the browser door. Fails with NOT_BUILT or PORT_IN_USE. */
export async function startBrowserDoor(options: BrowserDoorOptions): Promise<Result<BrowserDoor>> {
  const { inspector, rendererFolder } = options
  if (!existsSync(join(rendererFolder, 'index.html'))) return failure(makeError('NOT_BUILT'))

  const token = randomBytes(32).toString('base64url')
  const openingTickets = new Set<string>()
  const server = createServer((request, response) => void handleRequest(request, response))
  server.maxConnections = SOCKET_LIMIT
  const failed = await listen(server, options.port ?? 0)
  if (failed) return failed
  const { port } = server.address() as AddressInfo
  const pageUrl = `http://${ADDRESS}:${port}/`
  const securityHeaders = makeSecurityHeaders(port)

  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_SIZE_LIMIT_BYTES,
    // One message a turn: the answer to one is counted before the next is read.
    allowSynchronousEvents: false,
    handleProtocols: () => SUBPROTOCOL,
  })
  server.on('upgrade', (request, socket, head) => {
    // The peer may go away at any time, also while it is being refused.
    socket.on('error', () => socket.destroy())
    const refusal = checkUpgrade(request)
    if (refusal) {
      refuseUpgrade(socket, refusal)
      return
    }
    webSockets.handleUpgrade(request, socket, head, (client) => {
      serveClient(inspector, openWebSocketChannel(client))
    })
  })

  return success({ url: `${pageUrl}#token=${token}`, createOpeningUrl, close })

  async function handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    const refusal = checkHost(request, port)
    const path = readPath(request)
    if (refusal) {
      answer(response, refusal.status, refusal.line)
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      answer(response, 405, 'METHOD_REFUSED: Only GET and HEAD are served.')
    } else if (path.startsWith('/open/') && openingTickets.delete(path.slice('/open/'.length))) {
      response.setHeader('Location', `/#token=${token}`)
      answer(response, 302, 'The inspector is at another address.')
    } else {
      await serveFile(rendererFolder, path, request, response)
    }
  }

  function checkUpgrade(request: IncomingMessage): Refusal | null {
    if (readPath(request) !== '/service') return { status: 404, line: 'NOT_FOUND: There is no such service.' }
    const refusal = checkHost(request, port) ?? checkWebSocket(request, port, token)
    if (refusal) return refusal
    if (webSockets.clients.size < CONNECTION_LIMIT) return null
    return {
      status: 503,
      line: `CONNECTION_LIMIT: ${CONNECTION_LIMIT} pages are connected. Close one of them.`,
    }
  }

  function createOpeningUrl(): string {
    const ticket = randomBytes(32).toString('base64url')
    openingTickets.add(ticket)
    return `${pageUrl}open/${ticket}`
  }

  async function close(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const client of webSockets.clients) client.close(1001)
    server.closeAllConnections()
    // A page that hangs does not answer the closing; there is nothing left to wait for.
    setImmediate(() => {
      for (const client of webSockets.clients) client.terminate()
    })
    await closed
  }
}

/** The path of a request's address, still encoded; the query does not matter here. */
function readPath(request: IncomingMessage): string {
  return (request.url ?? '/').replace(/[?#].*$/s, '')
}

function refuseUpgrade(socket: Duplex, { status, line }: Refusal): void {
  const body = `${line}\n`
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'X-Content-Type-Options: nosniff',
      '',
      body,
    ].join('\r\n'),
  )
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<Result<never> | null> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        resolve(failure(makeError('PORT_IN_USE', { why: `It is port ${port}.` })))
      else if (error.code === 'EACCES') {
        resolve(failure(makeError('PORT_IN_USE', { what: `The port ${port} may not be used.` })))
      } else reject(error)
    })
    server.listen({ host: ADDRESS, port }, () => resolve(null))
  })
}
