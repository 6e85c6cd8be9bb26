import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Progress } from '../../main/cli/progress.ts'

function createTerminal(isTTY: boolean) {
  const written: string[] = []
  const stream = { isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }
  return { written, stream }
}

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())

test('a bar appears after a second, and goes again', () => {
  const { written, stream } = createTerminal(true)
  const progress = new Progress('Exporting', stream)
  progress.report(1, 4000)
  expect(written).toEqual([])
  vi.advanceTimersByTime(999)
  progress.report(2, 4000)
  expect(written).toEqual([])
  vi.advanceTimersByTime(1)
  progress.report(1000, 4000)
  // Too early to be drawn again.
  vi.advanceTimersByTime(99)
  progress.report(1001, 4000)
  progress.end()
  progress.end()
  expect(written).toEqual([
    `\r\x1b[KExporting ${'█'.repeat(7)}${'░'.repeat(23)} 25% (1,000 of 4,000 calls)`,
    '\r\x1b[K',
  ])
})

test('nothing is written where there is no terminal', () => {
  const { written, stream } = createTerminal(false)
  const progress = new Progress('Exporting', stream)
  vi.advanceTimersByTime(1010)
  progress.report(1, 2)
  progress.end()
  expect(written).toEqual([])
})
