/** Debug information in a file of its own (WebAssembly tool conventions, "External DWARF"). */
import { ByteReader, FormatError } from '../byte-reader.ts'
import type { SectionRange } from '../section-ranges.ts'

/**
 * The name of the file that has the debug information of a module, without the folders before it: a module has
 * no say in which folders are read. Null where the module names none. `sections` are those of `bytes`.
 */
export function readExternalDebugName(bytes: Uint8Array, sections: readonly SectionRange[]): string | null {
  const section = sections.find(({ name }) => name === 'external_debug_info')
  if (section === undefined) return null
  try {
    const address = new ByteReader(bytes, section.startBytes, section.endBytes, 'custom section').name()
    const name = address.split(/[/\\]/).at(-1) ?? ''
    return ['', '.', '..'].includes(name) || name.includes('\0') ? null : name
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return null
  }
}
