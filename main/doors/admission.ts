import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The subprotocol that the service speaks; a client names it first and its token second. */
export const SUBPROTOCOL = 'jspi-inspector'

/** Why a request is not let in: an HTTP status and one line for its body. */
export interface Refusal {
  status: number
  line: string
}

/**
 * Refuses a request that was not addressed to this server by one of its own names: another site's name that
 * was made to point at 127.0.0.1 (DNS rebinding) is not among them.
 */
export function checkHost(request: IncomingMessage, port: number): Refusal | null {
  const host = request.headers.host?.toLowerCase()
  if (host !== undefined && ownHosts(port).includes(host)) return null
  return { status: 403, line: `ORIGIN_REFUSED: Address this server as 127.0.0.1:${port}.` }
}

/**
 * Refuses a WebSocket that was not opened by a page of this server, or that does not know the token. Browsers
 * always send an Origin with a WebSocket, so one without it is refused too.
 */
export function checkWebSocket(request: IncomingMessage, port: number, token: string): Refusal | null {
  const origin = request.headers.origin?.toLowerCase()
  if (!ownHosts(port).some((host) => origin === `http://${host}`)) {
    return { status: 403, line: 'ORIGIN_REFUSED: Only pages of this server may connect.' }
  }
  const [protocol, offered, ...rest] = (request.headers['sec-websocket-protocol'] ?? '').split(/ *, */)
  if (protocol === SUBPROTOCOL && offered !== undefined && rest.length === 0 && isEqual(offered, token)) {
    return null
  }
  return { status: 401, line: 'TOKEN_INVALID: Open the address that the inspector printed when it started.' }
}

function ownHosts(port: number): string[] {
  const names = ['127.0.0.1', 'localhost', '[::1]']
  const hosts = names.map((name) => `${name}:${port}`)
  // Browsers leave out the port that is usual for http.
  return port === 80 ? [...hosts, ...names] : hosts
}

/** Takes the same time wherever the texts differ; the digests make them of one length. */
function isEqual(offered: string, token: string): boolean {
  return timingSafeEqual(digest(offered), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
