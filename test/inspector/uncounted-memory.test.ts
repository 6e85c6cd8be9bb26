/** Memory of recorded calls is used again, and given back, although the engine does not count it. */
import { expect, test } from 'vitest'
import { createFolder, openText, valueOf, waitFor } from '../support/inspector.ts'
import type { TestSession } from '../support/inspector.ts'

const GUEST = `(module
  (import "env" "next" (func $next (param i32) (result i32)))
  (func (export "run") (param $count i32) (result i32) (local $n i32)
    (loop $again
      (local.set $n (call $next (local.get $n)))
      (br_if $again (i32.lt_u (local.get $n) (local.get $count))))
    (local.get $n)))`
const HOST = 'export default ({ sync }) => ({ env: { next: sync((n) => n + 1) } })'
const CALL_COUNT = 4_000_000
const MEBIBYTE = 1024 * 1024

/** Records calls; gives what they take. */
async function record(session: TestSession): Promise<number> {
  await session.call('run', String(CALL_COUNT))
  const recordedBytes = session.status().sizeBytes
  expect(recordedBytes).toBeGreaterThan(150 * MEBIBYTE)
  expect(process.memoryUsage().arrayBuffers).toBeGreaterThan(recordedBytes)
  return recordedBytes
}

function expectRelease(recordedBytes: number): Promise<unknown> {
  return waitFor('the memory', () => process.memoryUsage().arrayBuffers < recordedBytes / 4)
}

test.each([
  ['goes to a file', false, undefined],
  ['is left out for newer calls', true, '/missing/folder'],
])('is used again while a guest is busy, when what was recorded %s', async (_, keepsNewest, folder) => {
  const limitBytes = 32 * MEBIBYTE
  const temporaryFolder = folder ?? (await createFolder())
  const session = await openText(GUEST, HOST, { traceLimitBytes: limitBytes, temporaryFolder })
  const { inspector, sessionId } = session
  valueOf(inspector.service.setKeepNewest({ sessionId, enabled: keepsNewest }))
  const run = session.start('run', String(CALL_COUNT))
  let mostBytes = 0
  const watch = setInterval(() => {
    mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers)
  }, 20)
  await session.ended(run)
  clearInterval(watch)
  // All calls take some 160 MiB.
  expect(mostBytes).toBeGreaterThan(limitBytes / 2)
  expect(mostBytes).toBeLessThan(4 * limitBytes)
})

test('is given back when a session is closed', async () => {
  const session = await openText(GUEST, HOST)
  const recordedBytes = await record(session)
  valueOf(await session.inspector.service.closeSession({ sessionId: session.sessionId }))
  await expectRelease(recordedBytes)
})

test('is given back when a guest is loaded again', async () => {
  const session = await openText(GUEST, HOST)
  const recordedBytes = await record(session)
  valueOf(await session.inspector.service.reloadSession({ sessionId: session.sessionId }))
  await expectRelease(recordedBytes)
})
