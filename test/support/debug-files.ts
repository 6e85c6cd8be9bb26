/** Guests whose debug information is in a file of its own, made of one that has it itself. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listSectionRanges } from '../../main/wasm/section-ranges.ts'
import { encodeName } from '../wasm/modules.ts'
import { ROOT } from './inspector.ts'

const SHAPES = join(ROOT, 'test/fixtures/guest-stack/shapes-dwarf5.wasm')

/** The guest with its debug information: its `run` traps for every number. */
export function readShapes(): Uint8Array {
  return new Uint8Array(readFileSync(SHAPES))
}

/** The same guest stripped of everything that is not run, with custom sections in place of that. */
export function stripShapes(...customSections: Uint8Array[]): Uint8Array {
  const bytes = readShapes()
  const debug = listSectionRanges(bytes).find(({ name }) => name?.startsWith('.debug_'))
  // The debug sections come last but for names and producers; nothing is found by its place there.
  const code = bytes.subarray(0, debug!.startBytes - '.debug_info'.length - 4)
  if (listSectionRanges(code).at(-1)!.name !== null) throw new Error('The code does not come before them.')
  return Uint8Array.from(Buffer.concat([code, ...customSections]))
}

/** The debug information alone: no code, which could be compared, and a custom section more. */
export function extractDebug(...customSections: Uint8Array[]): Uint8Array {
  const bytes = readShapes()
  const parts = listSectionRanges(bytes)
    .filter(({ name }) => name?.startsWith('.debug_'))
    .map(({ name, startBytes, endBytes }) => customSection(name!, bytes.subarray(startBytes, endBytes)))
  return Uint8Array.from(Buffer.concat([bytes.subarray(0, 8), ...customSections, ...parts]))
}

function customSection(name: string, contents: Uint8Array | readonly number[]): Uint8Array {
  const section = [...encodeName(name), ...contents]
  return Uint8Array.from([0, ...encodeLength(section.length), ...section])
}

/** Names the file with the debug information. */
export const namesDebugFile = (address: string) => customSection('external_debug_info', encodeName(address))

export const buildId = (...bytes: number[]) => customSection('build_id', [bytes.length, ...bytes])

function encodeLength(length: number): number[] {
  return length < 0x80 ? [length] : [0x80 | (length & 0x7f), ...encodeLength(length >>> 7)]
}
