import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt } from './build.ts'
import type { Ended } from './program.ts'
import { makeFolder, runProgram } from './program.ts'

beforeAll(ensureBuilt)

interface Received {
  url: string
  headers: IncomingHttpHeaders
  body: string
}

/** Sends a session of `sum` to a server. */
async function sendTo(
  path: string,
  ...answers: ((response: ServerResponse) => void)[]
): Promise<Ended & { received: Received[] }> {
  const { url, received } = await listen(path, ...answers)
  const session = join(makeFolder(), 'sum.jspi')
  await runProgram(['run', 'guests/sum/sum.wasm', 'sum', '223', '--session', session])
  return { ...(await runProgram(['export', session, '--otlp', url])), received }
}

/** A server that answers one request after the other as it is told, then with success. */
async function listen(
  path: string,
  ...answers: ((response: ServerResponse) => void)[]
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      received.push({ url: `${request.method} ${request.url}`, headers: request.headers, body })
      const answer = answers.shift()
      if (answer) answer(response)
      else response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, received }
}

test.each(['', '/', '/v1/traces'])('a collector at "%s" gets the spans', async (path) => {
  const { status, stdout, stderr, received } = await sendTo(path)
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(received).toMatchObject([
    { url: 'POST /v1/traces', headers: { 'content-type': 'application/json' } },
  ])
  const { resourceSpans } = JSON.parse(received[0]!.body)
  const { spans } = resourceSpans[0].scopeSpans[0]
  expect(spans.map(({ name }: { name: string }) => name)).toEqual(['sum', 'env.from_host'])
})

test('a run sends its calls when it has ended, and ends as it would without', async () => {
  const { url, received } = await listen(
    '',
    (response) => response.end('{}'),
    (response) => response.writeHead(400).end(),
  )
  const run = ['run', 'guests/sum/sum.wasm', 'sum', '223', '--otlp', url]
  expect(await runProgram(run)).toMatchObject({ status: 0, stderr: '' })
  const { spans } = JSON.parse(received[0]!.body).resourceSpans[0].scopeSpans[0]
  expect(spans).toMatchObject([{ name: 'sum' }, { name: 'env.from_host', parentSpanId: spans[0].spanId }])
  const refused = await runProgram(run)
  expect(refused.status).toBe(0)
  expect(refused.stdout).toContain('wasm said: 572')
  expect(refused.stderr).toMatch(/^TRACE_SEND_FAILED: .*Status 400\./)
})

test('one that has no time is asked again, with the same', async () => {
  const { status, stderr, received } = await sendTo(
    '/prefix',
    (response) => response.writeHead(429, { 'retry-after': '0' }).end(),
    (response) => response.writeHead(503, { 'retry-after': new Date(0).toUTCString() }).end(),
    (response) => response.writeHead(502).end(),
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(received.map(({ url }) => url)).toEqual(Array(4).fill('POST /prefix/v1/traces'))
  expect(new Set(received.map(({ body }) => body)).size).toBe(1)
})

test.each([
  ['a status that stays', 400, 'bad spans', /Status 400\. bad spans /],
  [
    'a part',
    200,
    '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"Too old."}}',
    /It refused 1 calls\. Too old\. /,
  ],
])('%s that is refused is told', async (_what, code, text, message) => {
  const { status, stderr, received } = await sendTo('', (response) => response.writeHead(code).end(text))
  expect(status).toBe(2)
  expect(stderr).toMatch(/^TRACE_SEND_FAILED: /)
  expect(stderr).toMatch(message)
  expect(received).toHaveLength(1)
})

test.each([
  [['--otlp', 'localhost:4318'], /--otlp is "localhost:4318", which is no address such as/],
  [['--otlp', 'http://localhost:4318', '--format', 'csv'], /--otlp and --format exclude each other/],
])('%j is refused', async (options, message) => {
  const { status, stderr } = await runProgram(['export', 'sum.jspi', ...options])
  expect(status).toBe(2)
  expect(stderr).toMatch(message)
})
