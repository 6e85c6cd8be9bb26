import { describe, expect, test } from 'vitest'
import { openText, valueOf, waitFor } from '../support/inspector.ts'

const SPIN = `(module (func (export "spin") (loop $again (br $again))) (func (export "ok") (result i32) (i32.const 7)))`

test('spin', async () => {
  const session = await openText(SPIN, null, { sliceMs: 5 })
  const run = session.start('spin')
  await waitFor('begin', () => session.rows()[0])
  const cancelled = valueOf(await session.inspector.service.cancelRun({ runId: run.runId }))
  expect(cancelled).toMatchObject({ state: 'cancelled' })
  expect(session.info.state).toBe('ready')
  expect((await session.call('ok')).results).toEqual([{ type: 'i32', value: 7 }])
  console.log(session.rows())
})
