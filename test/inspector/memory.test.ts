import { expect, test } from 'vitest'
import { createFolder, startInspector, TestSession, valueOf } from '../support/inspector.ts'
import { join } from 'node:path'

const MEBIBYTE = 1024 * 1024
const MEMORY_MEBIBYTES = 64

/** Touches every page of its memory, so that it is really there. */
const WAT = `(module (memory 1024)
  (func (export "touch") (local $at i32)
    (loop $again
      (i32.store (local.get $at) (i32.const 1))
      (local.set $at (i32.add (local.get $at) (i32.const 4096)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 67108864))))))`

test('memory comes back when sessions end', async () => {
  const folder = await createFolder({ 'guest.wat': WAT })
  const inspector = startInspector()
  const openAndClose = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count++) {
      const session = new TestSession(
        inspector,
        valueOf(await inspector.open({ path: join(folder, 'guest.wat') })),
      )
      expect((await session.call('touch')).state).toBe('returned')
      valueOf(await inspector.service.closeSession({ sessionId: session.sessionId }))
    }
  }
  await openAndClose(3)
  const before = process.memoryUsage().rss
  await openAndClose(12)
  const grownMebibytes = (process.memoryUsage().rss - before) / MEBIBYTE
  // Were the instances kept, twelve of them would be 768 MiB.
  expect(grownMebibytes).toBeLessThan(3 * MEMORY_MEBIBYTES)
})
