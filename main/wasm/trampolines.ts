/**
 * Makes the module through which a guest calls its imports. V8 suspends the guest for every call of a
 * `WebAssembly.Suspending` import, also where the result is no promise, and that costs several times what the call
 * itself does. A trampoline calls the host as a plain import first, and suspends only when there is a promise to
 * wait for, as the proposal describes it (js-promise-integration, "Overview": no promise, no suspension).
 */
import {
  EMPTY_BLOCK,
  FUNCTION_TYPE,
  HEAP_TYPES,
  INSTRUCTIONS,
  KINDS,
  MUTABLE,
  NUMBER_TYPES,
  REFERENCE_TYPES,
  SECTIONS,
} from './binary-codes.ts'
import {
  concatenate,
  encodeList,
  encodeModuleName,
  encodeName,
  encodeSection,
  encodeU32,
} from './encoding.ts'
import { moduleHeader } from './header.ts'
import type { FunctionType, ValueType } from './types.ts'
import { canCrossBoundary, formatValueType } from './types.ts'

/** The name of the module. V8 has it in the addresses of stack frames, by which they are told from the guest's. */
export const TRAMPOLINE_MODULE_NAME = 'jspi-inspector-trampolines'

/** Names of what the module imports and exports; functions have their index behind it. */
export const TRAMPOLINE_NAMES = { host: 'host', call: 'call', wait: 'wait', isPending: 'isPending' } as const

/**
 * Whether imports of a type can be called through a trampoline: its types do not refer to the guest's own, values of
 * them can cross to JavaScript, and there is a value to return while the promise is pending.
 */
export function hasTrampoline({ params, results }: FunctionType): boolean {
  return params.every(isOfNoModule) && results.every((type) => isOfNoModule(type) && hasDefault(type))
}

/** What a call returns that is about to wait; nothing sees it. */
export function pendingResult({ results }: FunctionType): unknown {
  const values = results.map((type) => {
    if (typeof type !== 'string') return null
    return type === 'i64' ? 0n : 0
  })
  return values.length > 1 ? values : values[0]
}

/**
 * The module for imports of these types. It imports from `host`: `isPending`, a mutable i32; `call0`, `call1`, …, one
 * for each type; and `wait0`, `wait1`, …, of the same results and no parameters. It exports a function for each type,
 * by its index. That calls its `call`; where `isPending` then is not 0, it sets it to 0 and returns what `wait` does.
 */
export function makeTrampolines(types: readonly FunctionType[]): Uint8Array<ArrayBuffer> {
  const declared = new Map<string, number>()
  const encoded: Uint8Array[] = []
  const typeIndex = (params: readonly ValueType[], results: readonly ValueType[]): number => {
    const key = [params, results].map((list) => list.map(formatValueType).join()).join('→')
    const known = declared.get(key)
    if (known !== undefined) return known
    declared.set(key, encoded.length)
    encoded.push(concatenate([Uint8Array.of(FUNCTION_TYPE), encodeTypes(params), encodeTypes(results)]))
    return encoded.length - 1
  }
  const calls = types.map(({ params, results }) => typeIndex(params, results))
  const waits = types.map(({ results }) => typeIndex([], results))

  const { host, call, wait, isPending } = TRAMPOLINE_NAMES
  const importEntry = (name: string, kind: number, type: readonly number[]): Uint8Array =>
    concatenate([encodeName(host), encodeName(name), Uint8Array.from([kind, ...type])])
  const importedFunctions = (name: string, indices: readonly number[]): Uint8Array[] =>
    indices.map((type, index) => importEntry(`${name}${index}`, KINDS.function, encodeU32(type)))
  const { length } = types
  return concatenate([
    moduleHeader,
    encodeSection(SECTIONS.type, [encodeList(encoded)]),
    encodeSection(SECTIONS.import, [
      encodeList([
        importEntry(isPending, KINDS.global, [NUMBER_TYPES.i32, MUTABLE]),
        ...importedFunctions(call, calls),
        ...importedFunctions(wait, waits),
      ]),
    ]),
    encodeSection(SECTIONS.function, [encodeList(calls.map((type) => encodeU32(type)))]),
    encodeSection(SECTIONS.export, [
      encodeList(
        types.map((_, index) =>
          concatenate([
            encodeName(String(index)),
            Uint8Array.from([KINDS.function, ...encodeU32(2 * length + index)]),
          ]),
        ),
      ),
    ]),
    encodeSection(SECTIONS.code, [
      encodeList(types.map((type, index) => encodeBody(type, index, length + index))),
    ]),
    encodeModuleName(TRAMPOLINE_MODULE_NAME),
  ])
}

function encodeBody({ params }: FunctionType, call: number, wait: number): Uint8Array {
  const instructions = [
    ...params.flatMap((_, index) => [INSTRUCTIONS.localGet, ...encodeU32(index)]),
    INSTRUCTIONS.call,
    ...encodeU32(call),
    INSTRUCTIONS.globalGet,
    0,
    INSTRUCTIONS.if,
    EMPTY_BLOCK,
    INSTRUCTIONS.i32Const,
    0,
    INSTRUCTIONS.globalSet,
    0,
    INSTRUCTIONS.call,
    ...encodeU32(wait),
    INSTRUCTIONS.return,
    INSTRUCTIONS.end,
    INSTRUCTIONS.end,
  ]
  const noLocals = 0
  const body = Uint8Array.from([noLocals, ...instructions])
  return concatenate([Uint8Array.from(encodeU32(body.length)), body])
}

function encodeTypes(types: readonly ValueType[]): Uint8Array {
  return encodeList(types.map(encodeType))
}

function encodeType(type: ValueType): number[] {
  if (typeof type === 'string') return [NUMBER_TYPES[type]]
  if (typeof type.heap === 'number') throw new Error('the type is one of a module of its own')
  const heap = HEAP_TYPES[type.heap]
  return type.nullable ? [heap] : [REFERENCE_TYPES.required, heap]
}

function isOfNoModule(type: ValueType): boolean {
  return canCrossBoundary(type) && (typeof type === 'string' || typeof type.heap === 'string')
}

function hasDefault(type: ValueType): boolean {
  return typeof type === 'string' || type.nullable
}
