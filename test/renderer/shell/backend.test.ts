/** The window's connection and state, against the real inspector behind a real port. */
import { expect, onTestFinished, test } from 'vitest'
import { openPortChannel } from '../../../main/doors/port.ts'
import { serveClient } from '../../../main/doors/serve-client.ts'
import type { Inspector } from '../../../main/inspector/api.ts'
import { createBackend } from '../../../renderer/backend/connect.ts'
import { openPort } from '../../../renderer/backend/electron-channel.ts'
import { selectCall, useSelectedCall } from '../../../renderer/state/selection.ts'
import {
  activeSessionId,
  attachToService,
  examples,
  followSessions,
  sessions,
  useRuns,
  useTrace,
  useTraceKey,
} from '../../../renderer/state/sessions.ts'
import { errorOf, startInspector, valueOf, waitFor } from '../../support/inspector.ts'

/** A backend whose connection can be cut; it connects anew as the window does. */
function connect(inspector: Inspector) {
  const connections: MessagePort[] = []
  const backend = createBackend(async () => {
    const { port1, port2 } = new MessageChannel()
    serveClient(inspector, openPortChannel(port1 as never))
    connections.push(port2)
    return openPort(port2)
  }, 'test')
  onTestFinished(() => connections.at(-1)?.close())
  return { backend, connections }
}

async function connectState(inspector: Inspector) {
  const { backend, connections } = connect(inspector)
  followSessions(backend)
  await attachToService(backend)
  return { backend, connections }
}

test('functions answer, also those that were called before there was a connection', async () => {
  const { backend } = connect(startInspector())
  expect(backend.state.value).toBe('connecting')
  const attachment = valueOf(await backend.call.attach())
  expect(backend.state.value).toBe('connected')
  expect(attachment.examples.map(({ name }) => name)).toContain('sum')
})

test('a refusal is a value', async () => {
  const { backend } = connect(startInspector())
  const answer = await backend.call.readCall({ sessionId: 'nobody', callId: 1 })
  expect(errorOf(answer).code).toBe('SESSION_NOT_FOUND')
})

test('a lost connection answers what waits and what is asked meanwhile, and is made anew', async () => {
  const { backend, connections } = connect(startInspector())
  await backend.call.attach()
  const waiting = backend.call.attach()
  connections[0]?.close()
  expect(errorOf(await waiting).code).toBe('CONNECTION_LOST')
  expect(backend.state.value).toBe('lost')
  expect(errorOf(await backend.call.attach()).code).toBe('CONNECTION_LOST')

  await waitFor('another connection', () => backend.state.value === 'connected')
  expect(connections).toHaveLength(2)
  expect((await backend.call.attach()).ok).toBe(true)
})

test('an event reaches every handler until it is taken away, on each connection', async () => {
  const inspector = startInspector()
  const { backend, connections } = connect(inspector)
  const heard: string[] = []
  const stop = backend.on('menuCommand', ({ name }) => heard.push(`first ${name}`))
  backend.on('menuCommand', ({ name }) => heard.push(`second ${name}`))
  await backend.call.attach()
  inspector.sendMenuCommand('run')
  await waitFor('both', () => heard.length === 2)
  stop()
  connections[0]?.close()
  await waitFor('another connection', () => connections.length === 2 && backend.state.value === 'connected')
  inspector.sendMenuCommand('end-session')
  await waitFor('one more', () => heard.length > 2)
  expect(heard).toEqual(['first run', 'second run', 'second end-session'])
})

test('the state follows a session from opening through a run and a reload to its end', async () => {
  const inspector = startInspector()
  const { backend } = await connectState(inspector)
  expect(examples.value.map(({ name }) => name)).toContain('sum')

  const { sessionId } = valueOf(await backend.call.openExample({ name: 'sum' }))
  await waitFor('the session', () => sessions.value.find((session) => session.state === 'ready'))
  expect(activeSessionId.value).toBe(sessionId)

  const runs = useRuns(sessionId)
  const trace = useTrace(sessionId)
  const selected = useSelectedCall(sessionId)
  const key = useTraceKey(sessionId)
  valueOf(await backend.call.startRun({ sessionId, exportName: 'sum', argumentTexts: ['223'] }))
  const run = await waitFor('the result', () => runs.value.find(({ state }) => state === 'returned'))
  expect(run.results?.[0]?.type).toBe('i32')
  await waitFor('both calls', () => trace.value?.callCount === 2)

  selectCall(sessionId, 2)
  expect(selected.value).toBe(2)
  const firstKey = key.value
  valueOf(await backend.call.reloadSession({ sessionId }))
  await waitFor('the empty trace', () => trace.value?.callCount === 0)
  expect(selected.value).toBeNull()
  expect(key.value).not.toBe(firstKey)

  const other = valueOf(await backend.call.openExample({ name: 'values' }))
  await waitFor('the other session', () => sessions.value.length === 2)
  activeSessionId.value = sessionId
  valueOf(await backend.call.closeSession({ sessionId }))
  await waitFor('its end', () => sessions.value.length === 1)
  expect(activeSessionId.value).toBe(other.sessionId)
  expect(trace.value).toBeNull()
  expect(runs.value).toEqual([])
})

test('a file that is no guest leaves no session behind', async () => {
  const { backend } = await connectState(startInspector())
  const { sessionId } = valueOf(await backend.call.openExample({ name: 'sum' }))
  const files = [{ name: 'bad.wasm', bytes: new TextEncoder().encode('not wasm') }]
  expect(errorOf(await backend.call.openFiles({ files })).code).toBe('GUEST_NOT_WASM')
  expect(sessions.value.map((session) => session.sessionId)).toEqual([sessionId])
  expect(activeSessionId.value).toBe(sessionId)
})

test('attaching anew forgets what is gone', async () => {
  const first = startInspector()
  await connectState(first)
  valueOf(await first.service.openExample({ name: 'sum' }))
  await waitFor('the session', () => sessions.value.length > 0)
  await connectState(startInspector())
  expect(sessions.value).toEqual([])
  expect(activeSessionId.value).toBeNull()
})
