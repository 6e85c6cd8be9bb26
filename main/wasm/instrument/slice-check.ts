/**
 * The module between a guest's points and the host: asks whether the guest is to stop, and only then calls what
 * suspends it. V8 suspends for every call of a `WebAssembly.Suspending` import, which costs much more than asking.
 */
import { EMPTY_BLOCK, FUNCTION_TYPE, INSTRUCTIONS, KINDS, NUMBER_TYPES, SECTIONS } from '../binary-codes.ts'
import { concatenate, encodeList, encodeModuleName, encodeName, encodeSection } from '../encoding.ts'
import { moduleHeader } from '../header.ts'
import { TRAMPOLINE_MODULE_NAME } from '../trampolines.ts'

/** What the module imports (`isOver` returns an i32, `wait` nothing) and exports; none takes parameters. */
export const SLICE_CHECK_NAMES = { host: 'host', isOver: 'isOver', wait: 'wait', check: 'check' } as const

const ASKS = 0
const DOES = 1

/** The module. Its frames are told from the guest's as those of trampolines are. */
export function makeSliceCheck(): Uint8Array<ArrayBuffer> {
  const { host, isOver, wait, check } = SLICE_CHECK_NAMES
  const imported = (name: string, type: number): Uint8Array =>
    concatenate([encodeName(host), encodeName(name), Uint8Array.of(KINDS.function, type)])
  const { call, if: if_, end } = INSTRUCTIONS
  const noLocals = 0
  const body = [noLocals, call, 0, if_, EMPTY_BLOCK, call, 1, end, end]
  return concatenate([
    moduleHeader,
    encodeSection(SECTIONS.type, [
      encodeList([
        [FUNCTION_TYPE, 0, 1, NUMBER_TYPES.i32],
        [FUNCTION_TYPE, 0, 0],
      ]),
    ]),
    encodeSection(SECTIONS.import, [encodeList([imported(isOver, ASKS), imported(wait, DOES)])]),
    encodeSection(SECTIONS.function, [encodeList([[DOES]])]),
    encodeSection(SECTIONS.export, [
      encodeList([concatenate([encodeName(check), Uint8Array.of(KINDS.function, 2)])]),
    ]),
    encodeSection(SECTIONS.code, [encodeList([[body.length, ...body]])]),
    encodeModuleName(TRAMPOLINE_MODULE_NAME),
  ])
}
