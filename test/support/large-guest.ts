/** Guests with more imports and exports than people read through. */
import { FUNCTION_TYPE, INSTRUCTIONS, KINDS, NUMBER_TYPES, SECTIONS } from '../../main/wasm/binary-codes.ts'
import {
  concatenate,
  encodeList,
  encodeName,
  encodeS32,
  encodeSection,
  encodeU32,
} from '../../main/wasm/encoding.ts'

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const { i32 } = NUMBER_TYPES

/**
 * A module with functions `env.import_0`, `env.import_1` and so on, none of which it calls, and `export_0`, `export_1`
 * and so on, each of which returns its number. All are of type `() → i32`.
 */
export function makeLargeGuest({
  imports = 0,
  exports = 0,
}: {
  imports?: number
  exports?: number
}): Uint8Array {
  const importEntries = listNumbers(imports).map((number) =>
    concatenate([encodeName('env'), encodeName(`import_${number}`), Uint8Array.of(KINDS.function, 0)]),
  )
  const exportEntries = listNumbers(exports).map((number) =>
    concatenate([
      encodeName(`export_${number}`),
      Uint8Array.of(KINDS.function, ...encodeU32(imports + number)),
    ]),
  )
  const bodies = listNumbers(exports).map((number) => {
    const code = Uint8Array.of(0, INSTRUCTIONS.i32Const, ...encodeS32(number), INSTRUCTIONS.end)
    return concatenate([Uint8Array.from(encodeU32(code.length)), code])
  })
  return concatenate([
    Uint8Array.from(HEADER),
    encodeSection(SECTIONS.type, [encodeList([[FUNCTION_TYPE, 0, 1, i32]])]),
    encodeSection(SECTIONS.import, [encodeList(importEntries)]),
    encodeSection(SECTIONS.function, [encodeList(bodies.map(() => [0]))]),
    encodeSection(SECTIONS.export, [encodeList(exportEntries)]),
    encodeSection(SECTIONS.code, [encodeList(bodies)]),
  ])
}

function listNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number)
}
