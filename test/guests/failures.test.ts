import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { loadGuest } from './load-guest.ts'

describe('fail-trap', () => {
  it.each([
    ['unreachable', /unreachable/],
    ['divide_by_zero', /divide by zero/],
    ['remainder_by_zero', /remainder by zero/],
    ['integer_overflow', /divide result unrepresentable/],
    ['invalid_conversion', /float unrepresentable in integer range/],
    ['memory_out_of_bounds', /memory access out of bounds/],
    ['table_out_of_bounds', /table index is out of bounds/],
    ['data_segment_out_of_bounds', /memory access out of bounds/],
    ['element_segment_out_of_bounds', /element segment out of bounds/],
    ['call_null', /null function or function signature mismatch/],
    ['call_wrong_type', /null function or function signature mismatch/],
    ['unaligned_atomic', /unaligned access/],
    ['null_dereference', /null pointer/],
    ['failed_cast', /illegal cast/],
    ['array_out_of_bounds', /array element access out of bounds/],
    ['trap_after_import', /unreachable/],
  ])('%s traps', async (name, message) => {
    const { call } = await loadGuest('fail-trap')
    const error = await call(name).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(WebAssembly.RuntimeError)
    expect(String(error)).toMatch(message)
  })

  it('recurse fills the stack', async () => {
    const { call } = await loadGuest('fail-trap')
    await expect(call('recurse')).rejects.toThrow(RangeError)
  })

  it('uncaught_exception throws the exported tag with its value', async () => {
    const { call, exports } = await loadGuest('fail-trap')
    const tag = exports['failure'] as WebAssembly.Tag
    const error = await call('uncaught_exception').catch((reason: unknown) => reason)
    if (!(error instanceof WebAssembly.Exception)) throw new Error(`Not an exception: ${String(error)}`)
    expect(error.is(tag)).toBe(true)
    expect(error.getArg(tag, 0)).toBe(42)
  })

  it('trap_after_import names three functions on its stack', async () => {
    const { call } = await loadGuest('fail-trap')
    const error = (await call('trap_after_import').catch((reason: unknown) => reason)) as Error
    expect(error.stack).toMatch(/inner[^]*middle[^]*outer/)
  })
})

describe('fail-host', () => {
  it.each([
    ['throws', 'this handler throws before it returns a promise'],
    ['throws_sync', 'this handler is marked sync and throws'],
    ['rejects', 'the promise of this handler rejects'],
  ])('%s: the error of the handler comes through', async (name, message) => {
    const { call } = await loadGuest('fail-host')
    await expect(call(name)).rejects.toThrow(message)
  })

  it('throws_text throws a text', async () => {
    const { call } = await loadGuest('fail-host')
    await expect(call('throws_text')).rejects.toBe('this handler throws a text')
  })

  it.each(['wrong_i64', 'wrong_count'])('%s: the engine refuses the result', async (name) => {
    const { call } = await loadGuest('fail-host')
    await expect(call(name)).rejects.toThrow(TypeError)
  })

  // The engine turns both into the number 0 without a word; telling the user is the inspector's work.
  it.each(['wrong_type', 'sync_promise'])('%s: the engine makes a number of the result', async (name) => {
    const { call } = await loadGuest('fail-host')
    expect(await call(name)).toBe(0)
  })

  it('until_cancelled settles when the signal fires, and not before', async () => {
    const { call, abort } = await loadGuest('fail-host')
    const waiting = call('until_cancelled')
    expect(await Promise.race([waiting, pause()])).toBe('still pending')
    abort(new Error('cancelled by the test'))
    await expect(waiting).rejects.toThrow('cancelled by the test')
  })

  it('never_settles does not settle, whatever the signal says', async () => {
    const { call, abort } = await loadGuest('fail-host')
    const waiting = call('never_settles')
    abort(new Error('cancelled by the test'))
    expect(await Promise.race([waiting, pause()])).toBe('still pending')
  })

  it('catch_rejection catches what its host throws', async () => {
    const { call } = await loadGuest('fail-host')
    expect(await call('catch_rejection')).toBe(-1)
  })
})

describe('fail-unbound', () => {
  it('starts once everything is bound', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 })
    const counter = new WebAssembly.Global({ value: 'i64', mutable: true }, 0n)
    const heard: unknown[] = []
    const { call } = await loadGuest('fail-unbound', {
      extraImports: {
        env: {
          missing: async (value: number) => value + 1,
          memory,
          functions: new WebAssembly.Table({ element: 'anyfunc', initial: 2, maximum: 8 }),
          limit: new WebAssembly.Global({ value: 'i32' }, 7),
          counter,
        },
        other: { also_missing: (count: bigint, limit: number) => void heard.push(count, limit) },
      },
    })
    expect(await call('run', 5)).toBe(11)
    expect(heard).toEqual([1n, 7])
    expect(counter.value).toBe(1n)
    expect(new Uint8Array(memory.buffer)[0]).toBe(5)
  })

  it('does not start otherwise', async () => {
    await expect(loadGuest('fail-unbound')).rejects.toThrow(/Import #\d+ "/)
  })
})

describe('fail-start', () => {
  it('traps while it is instantiated', async () => {
    await expect(loadGuest('fail-start')).rejects.toThrow(WebAssembly.RuntimeError)
  })
})

describe('fail-loop', () => {
  it.each([
    ['loop', 0],
    ['loop_after_call', 1],
    ['loop_calling_sync', 1000],
    ['loop_calling_async', 1000],
  ])('%s never returns and makes %i calls', async (name, calls) => {
    const counter = new Int32Array(new SharedArrayBuffer(8))
    const worker = new Worker(new URL('loop-worker.ts', import.meta.url), { workerData: { name, counter } })
    try {
      const returned = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
      while (Atomics.load(counter, 0) === 0 || Atomics.load(counter, 1) < calls) {
        expect(await Promise.race([returned, pause()])).toBe('still pending')
      }
      expect(await Promise.race([returned, pause()])).toBe('still pending')
      if (calls < 1000) expect(Atomics.load(counter, 1)).toBe(calls)
    } finally {
      await worker.terminate()
    }
  })
})

/** Long enough for whatever is ready to settle. */
function pause(): Promise<'still pending'> {
  return new Promise((resolve) => setTimeout(resolve, 20, 'still pending'))
}
