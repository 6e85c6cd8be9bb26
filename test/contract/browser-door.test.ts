import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from 'node:net'
import type { WebSocket } from 'ws'
import { startBrowserDoor, CONNECTION_LIMIT, MESSAGE_SIZE_LIMIT_BYTES } from '../../main/doors/web-socket.ts'
import type { BrowserDoor } from '../../main/doors/web-socket.ts'
import { openWebSocketChannel } from '../../main/doors/web-socket-channel.ts'
import type { Inspector } from '../../main/inspector/api.ts'
import { PAGE_FOLDER, openBrowserDoor, openSocket, startInspector } from './doors.ts'
import { get, tryUpgrade } from './http.ts'
import { call, codeOf } from './raw.ts'

let inspector: Inspector
let door: BrowserDoor
let token: string
let origin: string
let port: string

beforeAll(async () => {
  inspector = startInspector()
  door = await openBrowserDoor(inspector)
  token = new URL(door.url).hash.slice('#token='.length)
  ;({ origin, port } = new URL(door.url))
})
afterAll(async () => {
  await door.close()
  await inspector.close()
})

/** A client that must not notice what others do. */
async function expectServing(): Promise<void> {
  const socket = await openSocket(door.url)
  expect(codeOf(await call(openWebSocketChannel(socket), 'attach', []))).toBe('ok')
  socket.terminate()
}

function whenClosed(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve))
}

test('the page is served, with headers that allow it little', async () => {
  const page = await get(door.url, '/')
  expect(page.status).toBe(200)
  expect(page.body).toContain('A page for the tests of the doors')
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
  const policy = String(page.headers['content-security-policy'])
  expect(policy.split('; ')).toEqual(
    expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]),
  )
  expect(policy).not.toContain('unsafe-eval')
  expect(page.headers['access-control-allow-origin']).toBeUndefined()
})

test('its parts are served, by GET and HEAD alone', async () => {
  const script = await get(door.url, '/assets/page.js?v=1')
  expect(script).toMatchObject({ status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8' } })
  const head = await get(door.url, '/assets/page.js', { method: 'HEAD' })
  expect(head).toMatchObject({ status: 200, body: '' })
  expect(head.headers['content-length']).toBe(String(script.body.length))
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const refused = await get(door.url, '/', { method })
    expect(refused).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD', 'x-frame-options': 'DENY' } })
  }
})

test('the token is nowhere in what is served', async () => {
  for (const path of ['/', '/assets/page.js', '/service', '/none']) {
    const { headers, body } = await get(door.url, path)
    expect(JSON.stringify(headers) + body).not.toContain(token)
  }
})

test.each([
  '/../doors.ts',
  '/../../../package.json',
  '/..%2fdoors.ts',
  '/%2e%2e/doors.ts',
  '/..%5cdoors.ts',
  '/assets/../../doors.ts',
  '//etc/passwd',
  '/etc/passwd',
  '/%00',
  '/index.html%00.js',
  '/%',
  '/assets',
  '/assets/',
  '/none.js',
  'http://elsewhere/',
])('nothing is found at %s', async (path) => {
  expect(await get(door.url, path)).toMatchObject({
    status: 404,
    body: expect.stringMatching(/^NOT_FOUND: .+\n$/),
  })
})

test('a link that leads out of the folder is not followed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-test-'))
  await writeFile(join(folder, 'index.html'), 'page')
  await symlink(join(PAGE_FOLDER, 'index.html'), join(folder, 'linked.html'))
  const started = await startBrowserDoor({ inspector, rendererFolder: folder })
  if (!started.ok) throw new Error(started.error.code)
  expect((await get(started.value.url, '/')).status).toBe(200)
  expect((await get(started.value.url, '/linked.html')).status).toBe(404)
  await started.value.close()
  await rm(folder, { recursive: true })
})

test.each([
  'elsewhere.example',
  'elsewhere.example:PORT',
  '127.0.0.1',
  '127.0.0.1:1',
  '0.0.0.0:PORT',
  '127.0.0.1:PORT.example',
])('a page is not served to one who calls this server %s', async (host) => {
  const headers = { Host: host.replace('PORT', port) }
  expect(await get(door.url, '/', { headers })).toMatchObject({
    status: 403,
    body: expect.stringMatching(/^ORIGIN_REFUSED: /),
  })
})

test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])('this server is also called %s', async (name) => {
  const host = `${name}:${port}`
  expect((await get(door.url, '/', { headers: { Host: host } })).status).toBe(200)
  const opened = await tryUpgrade(door.url, {
    origin: `http://${host}`,
    protocols: ['jspi-inspector', token],
    headers: { Host: host },
  })
  expect(opened).toBe('101 jspi-inspector')
})

test('a connection needs the token', async () => {
  const wrong = [
    [],
    ['jspi-inspector'],
    [token],
    [token, 'jspi-inspector'],
    ['jspi-inspector', `${token}x`],
    ['jspi-inspector', token.slice(0, -1)],
    ['jspi-inspector', token.toUpperCase()],
    ['jspi-inspector', 'x'.repeat(10_000)],
    ['jspi-inspector', 'other', token],
    ['jspi-inspector', token, 'other'],
  ]
  for (const protocols of wrong) {
    expect(await tryUpgrade(door.url, { protocols, origin })).toMatch(/^401 TOKEN_INVALID: /)
  }
  expect(await tryUpgrade(door.url, { path: `/service?token=${token}`, origin })).toMatch(/^401 /)
})

test('a connection needs the origin of the page', async () => {
  const protocols = ['jspi-inspector', token]
  for (const wrong of [
    undefined,
    'null',
    'http://elsewhere.example',
    `https://127.0.0.1:${port}`,
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    `http://127.0.0.1:${port}.example`,
    'file://',
  ]) {
    const refused = await tryUpgrade(door.url, { protocols, ...(wrong !== undefined && { origin: wrong }) })
    expect(refused, wrong).toMatch(/^403 ORIGIN_REFUSED: /)
  }
  const headers = { Host: 'elsewhere.example' }
  expect(await tryUpgrade(door.url, { protocols, origin, headers })).toMatch(/^403 ORIGIN_REFUSED: /)
})

test('there is one service', async () => {
  const protocols = ['jspi-inspector', token]
  expect(await tryUpgrade(door.url, { path: '/', protocols, origin })).toMatch(/^404 NOT_FOUND: /)
  expect(await tryUpgrade(door.url, { path: '/services', protocols, origin })).toMatch(/^404 /)
})

test('the opening address leads to the page once', async () => {
  const opening = new URL(door.createOpeningUrl())
  expect(opening.href).not.toContain(token)
  expect((await get(door.url, `${opening.pathname}x`)).status).toBe(404)
  const first = await get(door.url, opening.pathname)
  expect(first).toMatchObject({ status: 302, headers: { location: `/#token=${token}` } })
  expect((await get(door.url, opening.pathname)).status).toBe(404)
})

test('more connections than the limit are refused until others end', async () => {
  const sockets = await Promise.all(Array.from({ length: CONNECTION_LIMIT }, () => openSocket(door.url)))
  const protocols = ['jspi-inspector', token]
  expect(await tryUpgrade(door.url, { protocols, origin })).toMatch(/^503 CONNECTION_LIMIT: /)
  for (const socket of sockets) socket.terminate()
  await expect.poll(() => tryUpgrade(door.url, { protocols, origin })).toBe('101 jspi-inspector')
})

test.each<[string, string | Buffer]>([
  ['text', JSON.stringify({ t: 'q', i: '1', m: 'attach', a: [] })],
  ['nothing', Buffer.alloc(0)],
  ['no MessagePack', Buffer.from([0xc1])],
  ['a text that ends too early', Buffer.from([0xdb, 0xff, 0xff, 0xff, 0xff, 1])],
  ['an array that claims to be huge', Buffer.from([0xdd, 0x7f, 0xff, 0xff, 0xff])],
  ['a map that claims to be huge', Buffer.from([0xdf, 0x7f, 0xff, 0xff, 0xff])],
  [
    'many arrays that claim to be large',
    Buffer.from(Array.from({ length: 3000 }, () => [0xdd, 1, 0xff, 0xff, 0xff]).flat()),
  ],
  ['arrays in arrays in arrays', Buffer.alloc(10_000_000, 0x91)],
  ['an extension that is unknown', Buffer.from([0xd4, 0x55, 0])],
  ['surplus bytes', Buffer.from([0x81, 0xa1, 0x74, 0xa1, 0x71, 0, 0, 0])],
])('a frame with %s is told as a problem', async (_what, frame) => {
  const socket = await openSocket(door.url)
  const channel = openWebSocketChannel(socket)
  const told = new Promise((resolve) => channel.on(resolve))
  socket.send(frame)
  expect(await told).toMatchObject({ t: 'q', m: 'problem', a: [{ code: 'MESSAGE_INVALID' }] })
  expect(codeOf(await call(channel, 'attach', []))).toBe('ok')
  socket.terminate()
})

test('a text frame is told apart', async () => {
  const socket = await openSocket(door.url)
  const channel = openWebSocketChannel(socket)
  const told = new Promise((resolve) => channel.on(resolve))
  socket.send('{}')
  expect(await told).toMatchObject({ a: [{ why: expect.stringContaining('it is text') }] })
  socket.terminate()
})

test('a stranger who breaks off while being refused does no harm', async () => {
  for (let count = 0; count < 50; count += 1) {
    const socket = connect(Number(port), '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write('GET /none HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.write(Buffer.alloc(100_000))
    setImmediate(() => socket.resetAndDestroy())
    await new Promise((resolve) => socket.once('close', resolve))
  }
  await expectServing()
})

test('what one client sends does not change how others are read', async () => {
  const socket = await openSocket(door.url)
  // msgpackr's record definition: from here on, the number 64 would stand for an object of one property.
  socket.send(Buffer.from([0x92, 0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1, 1]))
  const channel = openWebSocketChannel(await openSocket(door.url))
  const request = [{ sessionId: 'none', fromRow: 64, rowCount: 64 }]
  expect(codeOf(await call(channel, 'readCalls', request))).toBe('SESSION_NOT_FOUND')
  expect(codeOf(await call(openWebSocketChannel(socket), 'readCalls', request))).toBe('SESSION_NOT_FOUND')
  channel.close()
  socket.terminate()
})

test('a frame beyond the size limit ends its connection alone', async () => {
  const socket = await openSocket(door.url)
  const closed = whenClosed(socket)
  socket.send(Buffer.alloc(MESSAGE_SIZE_LIMIT_BYTES + 1))
  expect(await closed).toBe(1009)
  await expectServing()
})

test('a frame that breaks the protocol ends its connection alone', async () => {
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(
    [
      'GET /service HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      `Origin: ${origin}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Sec-WebSocket-Protocol: jspi-inspector, ${token}`,
      '',
      '',
    ].join('\r\n'),
  )
  // A frame from a client has to be masked; this one is not.
  socket.write(Buffer.from([0x82, 1, 0xc0]))
  const received: Buffer[] = []
  socket.on('data', (chunk) => received.push(chunk))
  await new Promise((resolve) => socket.once('end', resolve))
  const text = Buffer.concat(received)
  expect(text.toString('latin1')).toMatch(/^HTTP\/1.1 101 /)
  // A close frame with the status 1002, "protocol error".
  expect([...text.subarray(-4)]).toEqual([0x88, 2, 1002 >> 8, 1002 & 0xff])
  socket.destroy()
  await expectServing()
})

test('a port that is taken is named', async () => {
  const started = await startBrowserDoor({ inspector, rendererFolder: PAGE_FOLDER, port: Number(port) })
  expect(started).toMatchObject({ ok: false, error: { code: 'PORT_IN_USE', why: `It is port ${port}.` } })
})

test('a renderer that has not been built is named', async () => {
  const started = await startBrowserDoor({ inspector, rendererFolder: join(PAGE_FOLDER, 'none') })
  expect(started).toMatchObject({ ok: false, error: { code: 'NOT_BUILT' } })
})

test('closing the door disconnects everybody and frees the port', async () => {
  const closing = await openBrowserDoor(inspector)
  const socket = await openSocket(closing.url)
  const closed = whenClosed(socket)
  await closing.close()
  await closed
  const { port } = new URL(closing.url)
  const again = await startBrowserDoor({ inspector, rendererFolder: PAGE_FOLDER, port: Number(port) })
  if (!again.ok) throw new Error(again.error.code)
  await again.value.close()
})
