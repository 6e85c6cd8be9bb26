import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  createFolder,
  GUESTS_FOLDER,
  openExample,
  openText,
  startInspector,
  TestSession,
  valueOf,
} from '../support/inspector.ts'

const DEPTH = 4
const INTACT = String(64 * DEPTH)

async function checkOverlapping(session: TestSession, count: number): Promise<string[]> {
  valueOf(session.inspector.service.setInterleaved({ sessionId: session.sessionId, interleaved: true }))
  const runs = Array.from({ length: count }, (_, task) => session.start('check', String(task), String(DEPTH)))
  const ended = await Promise.all(runs.map((run) => session.ended(run)))
  return ended.map((run) => String(run.results?.[0]?.value ?? run.error?.code))
}

describe('a guest with an LLVM stack in its memory', () => {
  test.each([2, 40, 300])('%i overlapping activations find their own buffers', async (count) => {
    const session = await openExample('stack')
    expect(await checkOverlapping(session, count)).toEqual(Array.from({ length: count }, () => INTACT))
    expect(session.info.warnings).toEqual([])
    // The stacks are used again: the next round needs no more memory than this one.
    expect(await checkOverlapping(session, count)).toEqual(Array.from({ length: count }, () => INTACT))
  })

  test('the memory may be hidden', async () => {
    const bytes = await readFile(join(GUESTS_FOLDER, 'stack/stack.wasm'))
    // The export "memory" becomes one of function 0.
    const hidden = Buffer.from(bytes.toString('latin1').replace('memory\x02\0', 'memory\0\0'), 'latin1')
    const folder = await createFolder({
      'stack.wasm': hidden,
      'host.ts': await readFile(join(GUESTS_FOLDER, 'stack/host.ts')),
    })
    const inspector = startInspector()
    const opened = valueOf(await inspector.open({ path: join(folder, 'stack.wasm'), trustHost: true }))
    const session = new TestSession(inspector, opened)
    expect(session.info.exports.map(({ kind }) => kind)).not.toContain('memory')
    expect(await checkOverlapping(session, 8)).toEqual(Array.from({ length: 8 }, () => INTACT))
  })

  test('a nested call uses the stack below its caller, and calls beside one another have their own', async () => {
    const folder = await createFolder({
      'stack.wasm': await readFile(join(GUESTS_FOLDER, 'stack/stack.wasm')),
      'host.ts': `export default (context: any) => ({ env: { async wait(task: number, step: number) {
        if (task < 100 && step === 1) {
          const nested = [context.exports.check(task + 100, 3), context.exports.check(task + 200, 3)]
          for (const intact of await Promise.all(nested)) if (intact !== 192) throw new Error('nested: ' + intact)
        }
        await new Promise((resolve) => setTimeout(resolve, (task * 7 + step * 5) % 9))
      } } })`,
    })
    const inspector = startInspector()
    const opened = valueOf(await inspector.open({ path: join(folder, 'stack.wasm'), trustHost: true }))
    const session = new TestSession(inspector, opened)
    expect(await checkOverlapping(session, 8)).toEqual(Array.from({ length: 8 }, () => INTACT))
  })

  test('a trap leaves the stack as it was for the next call', async () => {
    const session = await openText(
      `(module
        (memory (export "memory") 2)
        (global $__stack_pointer (mut i32) (i32.const 65536))
        (func (export "depth") (result i32) (i32.sub (i32.const 65536) (global.get $__stack_pointer)))
        (func (export "trap")
          (global.set $__stack_pointer (i32.sub (global.get $__stack_pointer) (i32.const 1024)))
          unreachable))`,
      null,
    )
    expect((await session.call('trap')).state).toBe('trapped')
    expect((await session.call('depth')).results).toEqual([{ type: 'i32', value: 0 }])
  })

  test('an activation that overruns its stack is stopped', async () => {
    const session = await openText(
      `(module
        (import "env" "wait" (func $wait))
        (memory (export "memory") 2)
        (global $__stack_pointer (mut i32) (i32.const 65536))
        (func (export "overrun") (param $size i32)
          (global.set $__stack_pointer (i32.sub (global.get $__stack_pointer) (local.get $size)))
          (call $wait)
          (global.set $__stack_pointer (i32.add (global.get $__stack_pointer) (local.get $size)))))`,
      `export default { env: { wait: () => new Promise((resolve) => setTimeout(resolve, 20)) } }`,
    )
    valueOf(session.inspector.service.setInterleaved({ sessionId: session.sessionId, interleaved: true }))
    const first = session.start('overrun', '64')
    const second = session.start('overrun', '1000000')
    expect((await session.ended(first)).state).toBe('returned')
    expect(await session.ended(second)).toMatchObject({ state: 'threw', error: { code: 'STACK_OVERRUN' } })
  })

  test('memory that cannot grow is a clear error of the call that needs it', async () => {
    const session = await openText(
      `(module
        (import "env" "wait" (func $wait))
        (memory (export "memory") 2 2)
        (global $__stack_pointer (mut i32) (i32.const 65536))
        (func (export "run") (call $wait)))`,
      `export default { env: { wait: () => new Promise((resolve) => setTimeout(resolve, 20)) } }`,
    )
    valueOf(session.inspector.service.setInterleaved({ sessionId: session.sessionId, interleaved: true }))
    const [first, second] = [session.start('run'), session.start('run')]
    expect((await session.ended(first)).state).toBe('returned')
    expect(await session.ended(second)).toMatchObject({
      state: 'threw',
      error: { code: 'STACK_UNAVAILABLE' },
    })
  })

  test('where the stack pointer cannot be found, overlap is warned of', async () => {
    const bytes = await readFile(join(GUESTS_FOLDER, 'stack/stack.wasm'))
    // The name section says "__stack_pointer": with another name it is a global like any other.
    const hidden = Buffer.from(
      bytes.toString('latin1').replaceAll('__stack_pointer', '__stuck_pointer'),
      'latin1',
    )
    const folder = await createFolder({
      'stack.wasm': hidden,
      // Task 0 waits for a moment, task 1 until task 10 lets it go on, and all others not at all.
      'host.ts': `const gates: (() => void)[] = []
      export default { env: { wait: (task: number) => {
        if (task === 0) return new Promise((resolve) => setTimeout(resolve, 30))
        if (task === 1) return new Promise<void>((resolve) => gates.push(resolve))
        if (task === 10) for (const open of gates.splice(0)) open()
      } } }`,
    })
    const inspector = startInspector()
    const opened = valueOf(await inspector.open({ path: join(folder, 'stack.wasm'), trustHost: true }))
    const session = new TestSession(inspector, opened)
    expect(session.info.warnings).toEqual([])
    valueOf(inspector.service.setInterleaved({ sessionId: session.sessionId, interleaved: true }))
    expect(session.info.warnings).toMatchObject([{ code: 'STACK_HIDDEN' }])

    // This is what the warning is about: task 0 returns from above task 1, and task 9 then writes over its frame.
    const above = session.start('check', '0', '1')
    const below = session.start('check', '1', '1')
    await session.ended(above)
    await session.call('check', '9', '4')
    for (let opened = 0; opened < 3; opened++) await session.call('check', '10', '1')
    expect((await session.ended(below)).results![0]!.value).toBeLessThan(64)
  })
})
