/**
 * The module between a guest's points and the host: asks whether the guest is to stop, and only then calls what
 * suspends it. V8 suspends for every call of a `WebAssembly.Suspending` import, which costs much more than asking.
 */
import { concatenate, encodeList, encodeName, encodeSection } from '../encoding.ts'
import { moduleHeader } from '../header.ts'
import { TRAMPOLINE_MODULE_NAME } from '../trampolines.ts'

/** What the module imports (`isOver` returns an i32, `wait` nothing) and exports; none takes parameters. */
export const SLICE_CHECK_NAMES = { host: 'host', isOver: 'isOver', wait: 'wait', check: 'check' } as const

const SECTIONS = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const
const I32 = 0x7f
const FUNCTION_TYPE = 0x60
const FUNCTION_KIND = 0
const MODULE_NAME_SUBSECTION = 0
const ASKS = 0
const DOES = 1

/** The module. Its frames are told from the guest's as those of trampolines are. */
export function makeSliceCheck(): Uint8Array<ArrayBuffer> {
  const { host, isOver, wait, check } = SLICE_CHECK_NAMES
  const imported = (name: string, type: number): Uint8Array =>
    concatenate([encodeName(host), encodeName(name), Uint8Array.of(FUNCTION_KIND, type)])
  // call isOver, if, call wait, end, end
  const body = [0, 0x10, 0, 0x04, 0x40, 0x10, 1, 0x0b, 0x0b]
  return concatenate([
    moduleHeader,
    encodeSection(SECTIONS.type, [
      encodeList([
        [FUNCTION_TYPE, 0, 1, I32],
        [FUNCTION_TYPE, 0, 0],
      ]),
    ]),
    encodeSection(SECTIONS.import, [encodeList([imported(isOver, ASKS), imported(wait, DOES)])]),
    encodeSection(SECTIONS.function, [encodeList([[DOES]])]),
    encodeSection(SECTIONS.export, [
      encodeList([concatenate([encodeName(check), Uint8Array.of(FUNCTION_KIND, 2)])]),
    ]),
    encodeSection(SECTIONS.code, [encodeList([[body.length, ...body]])]),
    encodeSection(SECTIONS.custom, [
      encodeName('name'),
      encodeSection(MODULE_NAME_SUBSECTION, [encodeName(TRAMPOLINE_MODULE_NAME)]),
    ]),
  ])
}
