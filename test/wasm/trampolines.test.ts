/** The module through which a guest calls its imports. */
import { describe, expect, test } from 'vitest'
import { readModule } from '../../main/wasm/read-module.ts'
import {
  hasTrampoline,
  makeTrampolines,
  pendingResult,
  TRAMPOLINE_MODULE_NAME,
  TRAMPOLINE_NAMES,
} from '../../main/wasm/trampolines.ts'
import type { FunctionType, ValueType } from '../../main/wasm/types.ts'

const { host, call, wait, isPending } = TRAMPOLINE_NAMES

function reference(heap: string, nullable = true): ValueType {
  return { heap, nullable } as ValueType
}

/** Trampolines whose `call`s and `wait`s are those given. */
function link(
  types: readonly FunctionType[],
  calls: readonly ((...values: unknown[]) => unknown)[],
  waits: readonly ((...values: unknown[]) => unknown)[],
): { pending: WebAssembly.Global; functions: ((...values: unknown[]) => unknown)[] } {
  const pending = new WebAssembly.Global({ value: 'i32', mutable: true }, 0)
  const members: Record<string, unknown> = { [isPending]: pending }
  for (const [index, function_] of calls.entries()) members[`${call}${index}`] = function_
  for (const [index, function_] of waits.entries()) members[`${wait}${index}`] = function_
  const instance = new WebAssembly.Instance(new WebAssembly.Module(makeTrampolines(types)), {
    [host]: members,
  } as WebAssembly.Imports)
  const functions = types.map(
    (_, index) => instance.exports[String(index)] as (...values: unknown[]) => unknown,
  )
  return { pending, functions }
}

const types: FunctionType[] = [
  { kind: 'function', params: [], results: [] },
  { kind: 'function', params: ['i32', 'i64', 'f32', 'f64'], results: ['i64'] },
  {
    kind: 'function',
    params: [reference('extern'), reference('func')],
    results: ['i32', 'f64', reference('extern')],
  },
  {
    kind: 'function',
    params: [reference('any'), reference('eq', false), reference('i31')],
    results: [reference('struct')],
  },
  { kind: 'function', params: ['i32', 'i64', 'f32', 'f64'], results: ['i64'] },
]

describe('trampolines', () => {
  test('are a valid module that says what it is', () => {
    const bytes = makeTrampolines(types)
    const read = readModule(bytes)
    if (!read.ok) throw new Error(read.error.message)
    expect(read.value.exports).toHaveLength(types.length)
    expect(read.value.imports).toHaveLength(1 + 2 * types.length)
    expect(new TextDecoder().decode(bytes)).toContain(TRAMPOLINE_MODULE_NAME)
  })

  test('hand on arguments and results of every kind', () => {
    const got: unknown[][] = []
    const answers = [undefined, 7n, [1, 2.5, 'text'], null, -1n]
    const { functions } = link(
      types,
      answers.map((answer) => (...values) => {
        got.push(values)
        return answer
      }),
      answers.map(() => () => {
        throw new Error('nothing is pending')
      }),
    )
    const given = [[], [1, 2n, 0.5, -0.25], [{ a: 1 }, null], [3, 4, 5], [0, 0n, Number.NaN, -0]]
    expect(functions.map((function_, index) => function_(...given[index]!))).toEqual(answers)
    expect(got).toEqual(given)
  })

  test('ask for the promise once where one is pending, and drop the result that stands in for it', () => {
    const asked: number[] = []
    const linked = link(
      types,
      types.map((type) => () => {
        linked.pending.value = 1
        return pendingResult(type)
      }),
      types.map((_, index) => () => {
        asked.push(index)
        return [undefined, 9n, [9, 9, 'nine'], null, 9n][index]
      }),
    )
    expect(linked.functions[1]!(1, 2n, 3, 4)).toBe(9n)
    expect(linked.functions[2]!(null, null)).toEqual([9, 9, 'nine'])
    expect(linked.functions[3]!(null, 4, null)).toBe(null)
    expect(asked).toEqual([1, 2, 3])
    expect(linked.pending.value).toBe(0)
  })

  test('let through what the host throws', () => {
    const { functions } = link(
      [types[0]!],
      [
        () => {
          throw new RangeError('no')
        },
      ],
      [() => undefined],
    )
    expect(() => functions[0]!()).toThrow(RangeError)
  })

  test.each<[string, FunctionType, boolean]>([
    ['numbers', { kind: 'function', params: ['i32'], results: ['f64'] }, true],
    ['a vector', { kind: 'function', params: ['v128'], results: [] }, false],
    ['an exception', { kind: 'function', params: [reference('exn')], results: [] }, false],
    ['a type of the guest', { kind: 'function', params: [{ heap: 3, nullable: true }], results: [] }, false],
    [
      'a result that cannot be null',
      { kind: 'function', params: [], results: [reference('extern', false)] },
      false,
    ],
    [
      'a parameter that cannot be null',
      { kind: 'function', params: [reference('extern', false)], results: [] },
      true,
    ],
  ])('of a type with %s: %s', (_what, type, expected) => {
    expect(hasTrampoline(type)).toBe(expected)
  })
})
