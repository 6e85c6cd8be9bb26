import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { guestsFolder, loadGuest } from './load-guest.ts'

describe('sum', () => {
  it('adds the byte length of the Cargo.toml beside its host module to its argument', async () => {
    const { call, lines } = await loadGuest('sum')
    const manifest = await readFile(path.join(guestsFolder, 'sum/Cargo.toml'))
    expect(await call('sum', 223)).toBe(223 + manifest.byteLength)
    expect(lines).toEqual(['called from wasm: [I32(10), I32(1)]'])
  })

  it('makes 532 of 223 and a file of 309 bytes, some of them parts of one character', async () => {
    const hostFolder = await mkdtemp(path.join(tmpdir(), 'sum-'))
    try {
      await copyFile(path.join(guestsFolder, 'sum/host.ts'), path.join(hostFolder, 'host.ts'))
      await writeFile(path.join(hostFolder, 'Cargo.toml'), `# ${'é'.repeat(100)}${'x'.repeat(107)}`)
      const { call } = await loadGuest('sum', { hostFolder })
      expect(await call('sum', 223)).toBe(532)
    } finally {
      await rm(hostFolder, { recursive: true })
    }
  })
})

describe('stack', () => {
  it('finds every byte of its buffers when nobody else runs', async () => {
    const { call, lines } = await loadGuest('stack')
    expect(await call('check', 3, 4)).toBe(256)
    expect(lines).toHaveLength(8)
  })
})

describe('timers', () => {
  it('measures its own sleep with the host clock', async () => {
    const { call, lines } = await loadGuest('timers')
    // Timers may fire up to a millisecond early by the other clock.
    expect(await call('nap', 20)).toBeGreaterThanOrEqual(19)
    expect(lines).toEqual(['falling asleep', 'awake again'])
  })

  it('returns the longest lap, which is the last, and reports each', async () => {
    const { call, lines } = await loadGuest('timers')
    expect(await call('laps', 3, 10)).toBeGreaterThanOrEqual(29)
    expect(lines.map((line) => line.replace(/[\d.]+ ms/, 'N ms'))).toEqual([
      'lap 1: N ms',
      'lap 2: N ms',
      'lap 3: N ms',
    ])
  })

  it('does no more laps than it can keep', async () => {
    const { call, lines } = await loadGuest('timers')
    await call('laps', 100, 0)
    expect(lines).toHaveLength(8)
  })

  it('stops sleeping when the call is cancelled', async () => {
    const { call, abort } = await loadGuest('timers')
    const sleeping = call('nap', 1_000_000)
    abort(new Error('cancelled'))
    await expect(sleeping).rejects.toThrow('The operation was aborted')
  })
})

describe('word-count', () => {
  it.each([1, 7, 64, 1024, 100_000, -5])('counts the same with pieces of %i bytes', async (pieceBytes) => {
    const text = await readFile(path.join(guestsFolder, 'word-count/text.txt'), 'utf8')
    const { call } = await loadGuest('word-count')
    expect(await call('countWords', pieceBytes)).toBe(text.trim().split(/\s+/).length)
  })
})

describe('values', () => {
  it.each([
    ['i32', -2147483648],
    ['i64', 9007199254740993n],
    ['f32', 0.5],
    ['f64', Number.MIN_VALUE],
    ['f64', Number.NaN],
    ['f64', -0],
    ['externref', { a: 1 }],
    ['externref', undefined],
    ['funcref', null],
  ])('%s comes back as it went: %o', async (name, value) => {
    const { call } = await loadGuest('values')
    expect(await call(name, value)).toBe(value)
  })

  it('sends six values through one call', async () => {
    const { call, lines, exports } = await loadGuest('values')
    const sent = [1, 2n, 3.5, 4.25, { five: 5 }, exports['i32']]
    expect(await call('all', ...sent)).toEqual(sent)
    expect(lines).toHaveLength(1)
  })

  it('swaps an i32 and an i64', async () => {
    const { call } = await loadGuest('values')
    expect(await call('swap', 1, 2n)).toEqual([2n, 1])
  })

  it('holds an object of the host and calls its own function after a trip to the host', async () => {
    const { call } = await loadGuest('values')
    expect(await call('host_object')).toEqual({ madeBy: 'the host module' })
    expect(await call('own_function')).toBe(42)
  })

  it('loses nothing at the limits', async () => {
    const { call } = await loadGuest('values')
    expect(await call('limits')).toEqual([
      -(2 ** 31),
      2 ** 31 - 1,
      -(2n ** 63n),
      2n ** 63n - 1n,
      Number.NaN,
      2 ** -149,
      -0,
      Number.NEGATIVE_INFINITY,
      Number.MAX_VALUE,
    ])
  })

  it('has an export that cannot be called, because a vector cannot cross', async () => {
    const { call } = await loadGuest('values')
    await expect(call('v128', 0)).rejects.toThrow(TypeError)
  })
})

describe('chatty', () => {
  it.each([
    ['call_sync', 100, 100],
    ['call_async', 100, 100],
    ['call_both', 100, 200],
    ['call_both', 0, 0],
    ['call_both', -1, 0],
  ])('%s(%i) returns the number of calls that it made', async (name, count, result) => {
    const { call } = await loadGuest('chatty')
    expect(await call(name, count)).toBe(result)
  })
})

describe('times', () => {
  it('computes xorshift, before and after a wait alike', async () => {
    const { call } = await loadGuest('times')
    let state = 0x9e3779b9
    for (let round = 0; round < 1000; round++) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
    }
    expect(await call('spin', 1000)).toBe(state | 0)
    const [first, second] = [await call('spin', 250), await call('spin', 251)]
    expect(await call('both', 501, 1)).toBe((Number(first) + Number(second)) | 0)
  })

  it('waits without keeping the host busy, and works without letting it do anything else', async () => {
    const { call } = await loadGuest('times')
    const order: string[] = []
    const waiting = call('wait', 30).then(() => order.push('waited'))
    const working = call('work', 5).then(() => order.push('worked'))
    expect(await Promise.all([waiting, working])).toHaveLength(2)
    expect(order).toEqual(['worked', 'waited'])
  })
})

describe('in-flight', () => {
  it('interleaves several calls, each with its own sum', async () => {
    const { call, lines } = await loadGuest('in-flight')
    const tasks = [0, 1, 2, 3, 4]
    const sums = await Promise.all(tasks.map((task) => call('run', task, 4)))
    const expected = tasks.map((task) =>
      [0, 1, 2, 3].reduce((sum, step) => sum + 5 + ((task * 17 + step * 23) % 40), 0),
    )
    expect(sums).toEqual(expected)
    const order = lines.map((line) => line.split(' ')[1])
    // Not task by task: the calls overtook one another.
    expect(order).not.toEqual([...order].sort())
  })
})

describe('call-back', () => {
  it('computes factorials together with its host', async () => {
    const { call } = await loadGuest('call-back')
    expect(await call('factorial', 20n)).toBe(2432902008176640000n)
    expect(await call('factorial', 0n)).toBe(1n)
  })
})
