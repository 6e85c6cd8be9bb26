import { expect, test } from 'vitest'
import { createTraceIds } from '../../../main/trace/export/trace-id.ts'

test('calls and sessions have different ids, each the same again', () => {
  const ids = new Set<string>()
  const sessions = ['["a",1]', '["a",2]', '["b",1]']
  for (const session of sessions) {
    const traceIdOf = createTraceIds(session)
    for (let root = 1; root <= 20_000; root++) ids.add(traceIdOf(root))
  }
  expect(ids.size).toBe(60_000)
  expect([...ids].every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true)
  for (const session of sessions) expect(ids).toContain(createTraceIds(session)(20_000))
})

test('every bit is set in about half of them', () => {
  const traceIdOf = createTraceIds('["a",1]')
  const counts = Array.from({ length: 64 }, () => 0)
  for (let root = 1; root <= 4000; root++) {
    const random = BigInt(`0x${traceIdOf(root).slice(16)}`)
    for (let bit = 0; bit < 64; bit++) counts[bit]! += Number((random >> BigInt(bit)) & 1n)
  }
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(300)
})
