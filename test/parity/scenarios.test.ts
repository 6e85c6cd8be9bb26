/** Every scenario of wasmtime's tests has a test of its name, or is explained on the page; the page's tests exist. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../support/inspector.ts'

/** The tests of wasmtime 49: `tests/all/async_functions.rs` and `tests/all/call_hook.rs`. */
const SCENARIOS = {
  'async-functions': `smoke smoke_host_func smoke_with_suspension smoke_host_func_with_suspension recursive_call
    suspend_while_suspending cancel_during_run iloop_with_fuel fuel_eventually_finishes async_with_pooling_stacks
    async_host_func_with_pooling_stacks async_mpk_protection resume_separate_thread resume_separate_thread2
    resume_separate_thread3 resume_separate_thread_tls recursive_async linker_module_command linker_module_reactor
    non_stacky_async_activations gc_preserves_externref_on_historical_async_stacks
    async_gc_with_func_new_and_func_wrap`,
  'call-hook': `call_wrapped_func call_wrapped_async_func call_linked_func call_linked_func_async instantiate
    instantiate_async recursion trapping basic_async_hook timeout_async_hook drop_suspended_async_hook
    hooks_used_at_yield_points`,
}

const page = readFileSync(join(ROOT, 'docs/wasmtime-parity.md'), 'utf8')

describe.each(Object.entries(SCENARIOS))('%s', (file, names) => {
  const source = readFileSync(join(import.meta.dirname, `${file}.test.ts`), 'utf8')

  test.each(names.split(/\s+/))('%s', (name) => {
    const hasTest = new RegExp(`['"\`]${name}\\b`).test(source)
    const isExplained = new RegExp(`^\\| ${name} +\\| No test: `, 'm').test(page)
    expect([hasTest, isExplained]).toContain(true)
    expect(hasTest && isExplained).toBe(false)
  })
})

test('every file that the page names is there', () => {
  const named = [...page.matchAll(/`((?:test\/)?[\w./-]+(?:\.ts|\/))`/g)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(20)
  const missing = named.filter(
    (path) => !existsSync(join(ROOT, path)) && !existsSync(join(import.meta.dirname, path)),
  )
  expect(missing).toEqual([])
})
