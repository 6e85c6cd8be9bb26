import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import type { EffectScope } from 'vue'
import type { ConsoleLine } from '../../../main/contract/traces.ts'
import type { Backend } from '../../../renderer/backend/backend.ts'
import { useConsoleLines } from '../../../renderer/components/console/use-console-lines.ts'

let scope: EffectScope
beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => setTimeout(callback))
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})

function makeLine(index: number): ConsoleLine {
  return { index, timeNs: 0, level: 'log', source: 'host', text: `line ${index}` }
}

/** A session's console that has printed `lineCount` lines, and what of it has arrived. */
function createFixture(firstKept = 0) {
  const lineCount = shallowRef(0)
  const written: (number | string)[] = []
  const pages: number[] = []
  const backend = {
    call: {
      async readConsole(request: { fromLine: number; lineCount: number }) {
        const from = Math.max(request.fromLine, firstKept)
        const end = Math.min(lineCount.value, request.fromLine + request.lineCount)
        const lines = Array.from({ length: Math.max(0, end - from) }, (_, index) => makeLine(from + index))
        await new Promise(setImmediate)
        return { ok: true, value: { lineCount: lineCount.value, firstKept, lines } }
      },
    },
  } as unknown as Backend
  let takeMore: Promise<void> = Promise.resolve()
  const reader = scope.run(() =>
    useConsoleLines(
      backend,
      () => 'session',
      () => lineCount.value,
      {
        write(lines, skippedCount) {
          if (skippedCount > 0) written.push(`${skippedCount} skipped`)
          written.push(...lines.map(({ index }) => index))
          pages.push(lines.length)
          return takeMore
        },
        reset() {
          written.splice(0)
        },
      },
    ),
  )!
  return {
    reader,
    written,
    pages,
    hold() {
      const gate = Promise.withResolvers<void>()
      takeMore = gate.promise
      return gate.resolve
    },
    async print(count: number) {
      lineCount.value = count
      for (let quiet = 0, seen = -1; quiet < 5; quiet = seen === pages.length ? quiet + 1 : 0) {
        seen = pages.length
        await nextTick()
        await new Promise((resolve) => setTimeout(resolve, 3))
      }
    },
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

test('every line arrives once, in order, page by page', async () => {
  const { written, pages, print } = createFixture()
  await print(3)
  await print(3)
  await print(4500)
  expect(written).toEqual(range(0, 4500))
  expect(Math.max(...pages)).toBeLessThanOrEqual(1000)
})

test('far behind, it goes on near the newest line and says what is missing', async () => {
  const { written, print } = createFixture()
  await print(10)
  await print(1_000_000)
  expect(written.slice(0, 10)).toEqual(range(0, 10))
  expect(written[10]).toBe('998990 skipped')
  expect(written.slice(11)).toEqual(range(999_000, 1_000_000))
})

test('lines that are no longer kept are counted as missing', async () => {
  const { written, print } = createFixture(40)
  await print(50)
  expect(written).toEqual(['40 skipped', ...range(40, 50)])
})

test('nothing more is asked for while the terminal has not taken what it has', async () => {
  const { written, hold, print } = createFixture()
  const release = hold()
  await print(3000)
  expect(written).toEqual(range(0, 1000))
  release()
  await print(3000)
  expect(written).toEqual(range(0, 3000))
})

test('after clearing, only new lines come', async () => {
  const { reader, written, print } = createFixture()
  await print(100)
  expect(reader.hasLines.value).toBe(true)
  reader.skipToEnd()
  expect(reader.hasLines.value).toBe(false)
  written.splice(0)
  await print(103)
  expect(written).toEqual([100, 101, 102])
  expect(reader.hasLines.value).toBe(true)
})

test('a console that begins anew is emptied', async () => {
  const { written, print } = createFixture()
  await print(100)
  await print(2)
  expect(written).toEqual([0, 1])
})
