/** Where the sections of a module lie, for readers of single ones. */
import { SECTIONS } from './binary-codes.ts'
import { ByteReader } from './byte-reader.ts'
import { headerSizeBytes } from './header.ts'

/** A section's contents: `startBytes` up to, and not including, `endBytes`, from the start of the file. */
export interface SectionRange {
  /** 0 for a custom section (specification 3.0, "Binary Format", "Sections"). */
  identifier: number
  /** Of a custom section; its contents then begin behind the name. */
  name: string | null
  startBytes: number
  endBytes: number
}

/**
 * Lists a module's sections in order. `bytes` begin as a module does; throws a `FormatError` where the
 * sections are broken.
 */
export function listSectionRanges(bytes: Uint8Array): SectionRange[] {
  const reader = new ByteReader(bytes, headerSizeBytes, bytes.length, 'module')
  const sections: SectionRange[] = []
  while (reader.remainingBytes > 0) {
    const identifier = reader.byte()
    const contents = reader.range(reader.u32(), 'section')
    const name = identifier === SECTIONS.custom ? contents.name() : null
    sections.push({ identifier, name, startBytes: contents.offsetBytes, endBytes: contents.endBytes })
  }
  return sections
}
