import { MessageChannel } from 'node:worker_threads'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { makeError } from '../../main/contract/error-codes.ts'
import type { RunInfo } from '../../main/contract/sessions.ts'
import type { TraceStatus } from '../../main/contract/traces.ts'
import { success } from '../../main/contract/result.ts'
import type { Result } from '../../main/contract/result.ts'
import type { InspectorService } from '../../main/contract/service.ts'
import { WAITING_EVENTS_LIMIT } from '../../main/doors/event-queue.ts'
import { openPortChannel } from '../../main/doors/port.ts'
import { MESSAGES_PER_SECOND, MESSAGE_BURST, createRateLimit } from '../../main/doors/rate-limit.ts'
import { serveClient } from '../../main/doors/serve-client.ts'
import { openWebSocketChannel } from '../../main/doors/web-socket-channel.ts'
import type { EventListener, Inspector } from '../../main/inspector/api.ts'
import { call, codeOf } from './raw.ts'

/**
 * The guard's own promises, for what the real service does not do: it does not throw, and does not push faster
 * than a page reads. So here the service is a few lines.
 */
function makeInspector(functions: object): { inspector: Inspector; listeners: Set<EventListener> } {
  const listeners = new Set<EventListener>()
  const inspector = {
    service: functions as InspectorService,
    subscribe(listener: EventListener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  } as unknown as Inspector
  return { inspector, listeners }
}

function connect(inspector: Inspector) {
  const { port1, port2 } = new MessageChannel()
  const stop = serveClient(inspector, openPortChannel(port1))
  return { channel: openPortChannel(port2), stop }
}

test('a service that throws, now or later, is answered as INTERNAL with its cause', async () => {
  const { inspector } = makeInspector({
    attach() {
      throw new Error('at once')
    },
    async readTimings() {
      throw new TypeError('later')
    },
    async endSession() {
      throw 'a text'
    },
  })
  const { channel, stop } = connect(inspector)
  const session = [{ sessionId: 'a' }]
  const causes = [
    [await call(channel, 'attach', []), 'Error: at once'],
    [await call(channel, 'readTimings', session), 'TypeError: later'],
    [await call(channel, 'endSession', session), 'a text'],
    // No function of that name is there at all.
    [await call(channel, 'readCall', [{ sessionId: 'a', callId: 1 }]), 'TypeError'],
  ] as const
  for (const [result, cause] of causes) {
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'INTERNAL', cause: expect.stringContaining(cause) },
    })
  }
  stop()
})

test('an answer or event that cannot be carried is told as INTERNAL', async () => {
  const { inspector, listeners } = makeInspector({ attach: () => success({ cannotBeCloned() {} }) })
  const { channel, stop } = connect(inspector)
  expect(codeOf(await call(channel, 'attach', []))).toBe('INTERNAL')
  const told = new Promise((resolve) => channel.on(resolve))
  for (const listener of listeners)
    listener.runChanged?.({ runId: 'a', cannotBeCloned() {} } as unknown as RunInfo)
  expect(await told).toMatchObject({ m: 'problem', a: [{ code: 'INTERNAL' }] })
  stop()
})

test('functions are called as methods of the service, with what the schema let through', async () => {
  const { inspector } = makeInspector({
    saveLayout(this: unknown, ...args: unknown[]) {
      return success([this === inspector.service, args])
    },
  })
  const { channel, stop } = connect(inspector)
  const layout = { width: 3 }
  expect(await call(channel, 'saveLayout', [{ layout }])).toEqual(success([true, [{ layout }]]))
  stop()
})

test('messages beyond the rate are refused, and are not carried out', async () => {
  let callCount = 0
  const { inspector } = makeInspector({ attach: () => success((callCount += 1)) })
  const { channel, stop } = connect(inspector)
  const count = MESSAGE_BURST * 5
  const codes: string[] = []
  channel.on((message) => codes.push(codeOf((message as { r: Result<unknown> }).r)))
  for (let index = 0; index < count; index += 1) channel.post({ t: 'q', i: `${index}`, m: 'attach', a: [] })
  await expect.poll(() => codes.length, { timeout: 30_000 }).toBe(count)
  expect(new Set(codes)).toEqual(new Set(['ok', 'MESSAGE_RATE']))
  expect(callCount).toBe(codes.filter((code) => code === 'ok').length)
  stop()
})

test('the allowance comes back with time', () => {
  let nowMs = 0
  const limit = createRateLimit(() => nowMs)
  const admitMany = (count: number) =>
    Array.from({ length: count }, () => limit.admit()).filter(Boolean).length
  expect(admitMany(MESSAGE_BURST * 2)).toBe(MESSAGE_BURST)
  nowMs += 100
  expect(admitMany(MESSAGE_BURST)).toBe(MESSAGES_PER_SECOND / 10)
  nowMs += 60_000
  expect(admitMany(MESSAGE_BURST * 2)).toBe(MESSAGE_BURST)
})

test('a channel that is closed hears no more events', async () => {
  const { inspector, listeners } = makeInspector({})
  const first = connect(inspector)
  const second = connect(inspector)
  expect(listeners.size).toBe(2)
  first.stop()
  expect(listeners.size).toBe(1)
  second.channel.close()
  await expect.poll(() => listeners.size).toBe(0)
})

test('what arrives before anybody listens is not lost', async () => {
  const { port1, port2 } = new MessageChannel()
  const early = openPortChannel(port1)
  const sender = openPortChannel(port2)
  sender.post('first')
  await new Promise((resolve) => setTimeout(resolve, 100))
  const heard: unknown[] = []
  early.on((message) => heard.push(message))
  sender.post('second')
  await expect.poll(() => heard).toEqual(['first', 'second'])
  early.close()
})

/** The guard over a WebSocket whose client reads only when it is told to. */
async function connectSlowly(inspector: Inspector) {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const accepted = new Promise<WebSocket>((resolve) => {
    new WebSocketServer({ server, allowSynchronousEvents: false }).once('connection', resolve)
  })
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const served = await accepted
  await new Promise((resolve) => client.once('open', resolve))
  serveClient(inspector, openWebSocketChannel(served))
  const close = () => {
    client.terminate()
    server.close()
  }
  return { client, served, close }
}

const LARGE_TEXT = 'x'.repeat(100_000)

test('a client that does not read costs little memory, and hears the newest when it reads again', async () => {
  const { inspector, listeners } = makeInspector({})
  const { client, served, close } = await connectSlowly(inspector)
  client.pause()
  const statuses: TraceStatus[] = []
  openWebSocketChannel(client).on((message) => statuses.push((message as { a: [TraceStatus] }).a[0]))
  const [listener] = listeners
  const count = 5000
  let highestBytes = 0
  for (let index = 1; index <= count; index += 1) {
    listener?.traceGrew?.({ sessionId: LARGE_TEXT, callCount: index } as TraceStatus)
    highestBytes = Math.max(highestBytes, served.bufferedAmount)
    if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  // All of them would be 500 MB.
  expect(highestBytes).toBeLessThan(16 * 1024 * 1024)
  client.resume()
  await expect.poll(() => statuses.at(-1)?.callCount, { timeout: 20_000 }).toBe(count)
  expect(statuses.length).toBeLessThan(1000)
  const counts = statuses.map(({ callCount }) => callCount)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  close()
})

test('events about different things are all kept, in the order of their last change', async () => {
  const { inspector, listeners } = makeInspector({})
  const { client, close } = await connectSlowly(inspector)
  client.pause()
  const heard: string[] = []
  openWebSocketChannel(client).on((message) => {
    const { m: name, a: args } = message as { m: string; a: [RunInfo & TraceStatus] }
    heard.push(name === 'runChanged' ? `${args[0].runId} ${args[0].state}` : name)
  })
  const [listener] = listeners
  // More than the system's own buffers hold.
  for (let index = 0; index < 500; index += 1) {
    listener?.traceGrew?.({ sessionId: LARGE_TEXT, callCount: index } as TraceStatus)
  }
  for (const change of ['a running', 'b running', 'c running', 'c returned', 'a returned']) {
    const [runId, state] = change.split(' ')
    listener?.runChanged?.({ runId, state } as RunInfo)
  }
  listener?.problem?.(makeError('GUEST_EMPTY'))
  client.resume()
  await expect.poll(() => heard.at(-1), { timeout: 20_000 }).toBe('problem')
  expect(heard.filter((each) => each !== 'traceGrew')).toEqual([
    'b running',
    'c returned',
    'a returned',
    'problem',
  ])
  close()
})

test('a client that stays behind for too long is disconnected', async () => {
  const { inspector, listeners } = makeInspector({})
  const { client, served, close } = await connectSlowly(inspector)
  client.pause()
  const closed = new Promise((resolve) => served.once('close', resolve))
  const [listener] = listeners
  for (let index = 0; index < 500; index += 1) {
    listener?.traceGrew?.({ sessionId: LARGE_TEXT + index } as TraceStatus)
  }
  for (let index = 0; index < WAITING_EVENTS_LIMIT; index += 1) {
    listener?.runChanged?.({ runId: `run-${index}` } as RunInfo)
  }
  await closed
  expect(listeners.size).toBe(0)
  close()
})

test('requests of a client that does not read its answers are left unread', async () => {
  let callCount = 0
  const { inspector } = makeInspector({
    openExample() {
      callCount += 1
      return success(LARGE_TEXT)
    },
  })
  const { client, served, close } = await connectSlowly(inspector)
  const channel = openWebSocketChannel(client)
  // More than the system's own buffers hold, in either direction.
  const count = 3000
  const request = [{ name: 'x'.repeat(9_000) }]
  const answers = Promise.all(Array.from({ length: count }, () => call(channel, 'openExample', request)))
  client.pause()
  await expect.poll(() => served.isPaused, { timeout: 20_000 }).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(callCount).toBeLessThan(count)
  expect(served.bufferedAmount).toBeLessThan(16 * 1024 * 1024)
  client.resume()
  expect(new Set((await answers).map(codeOf))).toEqual(new Set(['ok']))
  expect(callCount).toBe(count)
  close()
})
