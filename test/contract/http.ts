import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { WebSocket } from 'ws'

export interface Response {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface RequestOptions {
  method?: string
  headers?: Record<string, string>
}

/** Requests a path exactly as it is written, which `fetch` and `URL` would tidy up. */
export function get(url: string, path: string, { method = 'GET', headers = {} }: RequestOptions = {}) {
  const { hostname, port } = new URL(url)
  return new Promise<Response>((resolve, reject) => {
    const sent = request(
      { hostname, port, path, method, headers, setHost: !('Host' in headers) },
      (received) => {
        let body = ''
        received.setEncoding('utf8')
        received.on('data', (text: string) => {
          body += text
        })
        received.on('end', () =>
          resolve({ status: received.statusCode ?? 0, headers: received.headers, body }),
        )
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

export interface UpgradeOptions {
  path?: string
  protocols?: string[]
  origin?: string
  headers?: Record<string, string>
}

/** Tries to open a WebSocket. Answers with `101 PROTOCOL`, or with the status and the line of the refusal. */
export function tryUpgrade(url: string, options: UpgradeOptions): Promise<string> {
  const { path = '/service', protocols = [], origin, headers = {} } = options
  const socket = new WebSocket(`ws://${new URL(url).host}${path}`, protocols, {
    headers,
    ...(origin !== undefined && { origin }),
  })
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      resolve(`101 ${socket.protocol}`)
      socket.terminate()
    })
    socket.on('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk
      })
      response.on('end', () => resolve(`${response.statusCode} ${body.trim()}`))
    })
    socket.on('error', reject)
  })
}
