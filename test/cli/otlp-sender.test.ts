import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { SpanSender } from '../../main/cli/otlp-sender.ts'
import { readOtlp } from '../trace/export/otlp-schema.ts'
import { ensureBuilt } from './build.ts'
import type { Ended } from './program.ts'
import { makeFolder, runProgram } from './program.ts'

beforeAll(ensureBuilt)

/** A request as the receiver reads it: names in the place of numbers, attributes by their keys. */
interface Normalized {
  resourceSpans: {
    resource: { attributes: object }
    scopeSpans: { spans: { spanId: string; name: string }[] }[]
  }[]
}

/** A receiver for development, by Elastic. It has no types that can be used. */
const { MockOtlpServer, normalizeTrace } = createRequire(import.meta.url)('@elastic/mockotlpserver') as {
  MockOtlpServer: new (options: {
    services: ('http' | 'grpc' | 'ui')[]
    httpHostname: string
    httpPort: number
    logLevel: string
    onTrace(trace: unknown): void
  }) => { start(): Promise<void>; close(): Promise<void>; httpUrl: URL | null }
  normalizeTrace(trace: unknown): Normalized
}

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
  return { ...(await sendSession(['sum', 'sum', '223'], url)), received }
}

/** Has a guest run, then sends the session that is kept of it. */
async function sendSession([guest, ...call]: [string, ...string[]], url: string): Promise<Ended> {
  const session = join(makeFolder(), 'session.jspi')
  await runProgram(['run', `guests/${guest}/${guest}.wasm`, ...call, '--session', session])
  return runProgram(['export', session, '--otlp', url])
}

/** What a collector answers by the published definitions. */
function answerPartly(response: ServerResponse, rejectedSpans: string, errorMessage: string): void {
  const text = JSON.stringify({ partialSuccess: { rejectedSpans, errorMessage } })
  readOtlp('ExportTraceServiceResponse', text)
  response.setHeader('content-type', 'application/json').end(text)
}

/** A server that answers one request after the other as it is told, then with success. */
async function listen(
  path: string,
  ...answers: ((response: ServerResponse) => void)[]
): Promise<{ url: string; received: Received[]; server: Server }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      readOtlp('ExportTraceServiceRequest', body)
      received.push({ url: `${request.method} ${request.url}`, headers: request.headers, body })
      const answer = answers.shift()
      if (answer) answer(response)
      else response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, received, server }
}

test.each(['', '/', '/v1/traces'])('a collector at "%s" gets the spans', async (path) => {
  const { status, stdout, stderr, received } = await sendTo(path)
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(received).toMatchObject([
    {
      url: 'POST /v1/traces',
      headers: {
        'content-type': 'application/json',
        'user-agent': expect.stringMatching(/^jspi-inspector\/\d+\.\d+\.\d+$/),
      },
    },
  ])
  const { resourceSpans } = JSON.parse(received[0]!.body)
  const { spans } = resourceSpans[0].scopeSpans[0]
  expect(spans.map(({ name }: { name: string }) => name)).toEqual(['sum', 'env.from_host'])
})

test('a receiver of OTLP that others have written takes the spans for what they are', async () => {
  const traces: Normalized[] = []
  const server = new MockOtlpServer({
    services: ['http'],
    httpHostname: '127.0.0.1',
    httpPort: 0,
    logLevel: 'warn',
    onTrace: (trace) => traces.push(normalizeTrace(trace)),
  })
  await server.start()
  onTestFinished(() => server.close())
  const sent = await sendSession(['fail-host', 'rejects'], server.httpUrl!.href)
  expect(sent).toMatchObject({ status: 0, stderr: '' })
  expect(traces).toHaveLength(1)
  const [{ resource, scopeSpans }] = traces[0]!.resourceSpans as [Normalized['resourceSpans'][number]]
  expect(resource.attributes).toMatchObject({ 'service.name': 'fail-host' })
  const [rejects, imported] = scopeSpans[0]!.spans
  expect(rejects).toMatchObject({ name: 'rejects', kind: 'SPAN_KIND_SERVER' })
  expect(imported).toMatchObject({
    name: 'env.rejects',
    kind: 'SPAN_KIND_CLIENT',
    parentSpanId: rejects!.spanId,
    status: { code: 'STATUS_CODE_ERROR' },
    attributes: { 'error.type': 'HOST_THREW', 'jspi_inspector.call.id': 2 },
    events: [{ name: 'exception', attributes: { 'exception.type': 'HOST_THREW' } }],
  })
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

test('one that breaks off before it answers is asked again, with the same', async () => {
  const breakOff = (response: ServerResponse): void => void response.destroy()
  const { status, stderr, received } = await sendTo('', breakOff, breakOff)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(received).toHaveLength(3)
  expect(new Set(received.map(({ body }) => body)).size).toBe(1)
})

test('one that is not there yet is asked again', async () => {
  const { url, server } = await listen('/v1/traces')
  const { port } = new URL(url)
  await new Promise((closed) => server.close(closed))
  const sending = new SpanSender(new URL(url), '0.0.0').send('{"resourceSpans":[]}')
  // The first try has failed by then, and three follow.
  await wait(200)
  server.listen(Number(port), '127.0.0.1')
  expect(await sending).toEqual({ ok: true, value: null })
})

test.each<[what: string, answer: (response: ServerResponse) => unknown, message: RegExp]>([
  ['a status that stays', (response) => response.writeHead(400).end('bad spans'), /Status 400\. bad spans /],
  [
    'a status with its message',
    (response) => response.writeHead(400).end('{"code":3,"message":"bad spans"}'),
    /Status 400\. bad spans /,
  ],
  [
    'a wait that nobody sits through',
    (response) => response.writeHead(503, { 'retry-after': '3600' }).end(),
    /Status 503\. It asks to wait for 3600 s\. /,
  ],
  [
    'another address',
    (response) => response.writeHead(302, { location: 'https://elsewhere.test/login' }).end(),
    /Status 302\. It points to https:\/\/elsewhere\.test\/login\. /,
  ],
  [
    'a part that is refused',
    (response) => answerPartly(response, '1', 'Too old.'),
    /It refused 1 calls\. Too old\. /,
  ],
])('%s is told, and not tried again', async (_what, answer, message) => {
  const { status, stderr, received } = await sendTo('', answer)
  expect(status).toBe(2)
  expect(stderr).toMatch(/^TRACE_SEND_FAILED: /)
  expect(stderr).toMatch(message)
  expect(received).toHaveLength(1)
})

test('what one request loses does not keep the others from being sent', async () => {
  const { url, received } = await listen(
    '',
    (response) => answerPartly(response, '2', 'Too old.'),
    (response) => answerPartly(response, '0', 'Prefer protobuf.'),
    (response) => answerPartly(response, '3', 'Too new.'),
  )
  const { status, stderr } = await sendSession(['chatty', 'call_sync', '2000'], url)
  expect(status).toBe(2)
  expect(stderr).toMatch(/It refused 5 calls\. Too old\. /)
  const ids = received.flatMap(({ body }) =>
    JSON.parse(body).resourceSpans[0].scopeSpans[0].spans.map(({ spanId }: { spanId: string }) => spanId),
  )
  expect(new Set(ids).size).toBe(2001)
  expect(received.length).toBeGreaterThan(3)
})

test.each([
  [['--otlp', 'localhost:4318'], /--otlp is "localhost:4318", which is no address such as/],
  [['--otlp', 'http://localhost:4318', '--format', 'csv'], /--otlp and --format exclude each other/],
])('%j is refused', async (options, message) => {
  const { status, stderr } = await runProgram(['export', 'sum.jspi', ...options])
  expect(status).toBe(2)
  expect(stderr).toMatch(message)
})
