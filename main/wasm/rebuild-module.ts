/** Makes a module out of another one, with some of its sections changed; the rest is copied byte for byte. */
import { SECTIONS } from './binary-codes.ts'
import { ByteReader } from './byte-reader.ts'
import { concatenate, encodeSection, encodeU32 } from './encoding.ts'
import { headerSizeBytes } from './header.ts'
import { sectionKinds } from './sections.ts'

const sectionOrder = [...sectionKinds.keys()]

/**
 * What becomes of a section: entries are added to the end of its list, so that no index changes (where there is none,
 * there is one then); it gets other contents; or it is left out.
 */
export type SectionChange = { append: readonly Uint8Array[] } | { contents: Uint8Array } | 'remove'

/**
 * Changes sections by their identifiers, and leaves out the custom ones for which `dropsCustom` says so.
 * `bytes` are a module that V8 accepts; throws a `FormatError` where the sections are broken.
 */
export function rebuildModule(
  bytes: Uint8Array,
  changes: ReadonlyMap<number, SectionChange>,
  dropsCustom: (name: string) => boolean = () => false,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [bytes.subarray(0, headerSizeBytes)]
  const reader = new ByteReader(bytes, headerSizeBytes, bytes.length, 'module')
  let place = 0
  /** Makes the sections that are missing up to the one that stands at `end` of the order. */
  const addMissing = (end: number): void => {
    for (; place < end; place++) {
      const change = changes.get(sectionOrder[place]!)
      if (typeof change === 'object' && 'append' in change) {
        parts.push(encodeSection(sectionOrder[place]!, [encodeCount(change.append.length), ...change.append]))
      }
    }
  }
  while (reader.remainingBytes > 0) {
    const startBytes = reader.offsetBytes
    const identifier = reader.byte()
    const contents = reader.range(reader.u32(), 'section')
    const section = bytes.subarray(startBytes, reader.offsetBytes)
    if (identifier === SECTIONS.custom) {
      if (!dropsCustom(contents.name())) parts.push(section)
      continue
    }
    addMissing(sectionOrder.indexOf(identifier))
    place++
    const change = changes.get(identifier)
    if (change === undefined) parts.push(section)
    else if (change !== 'remove') parts.push(encodeSection(identifier, changeContents(contents, change)))
  }
  addMissing(sectionOrder.length)
  return concatenate(parts)
}

function changeContents(reader: ByteReader, change: Exclude<SectionChange, 'remove'>): readonly Uint8Array[] {
  if ('contents' in change) return [change.contents]
  const count = reader.u32()
  const entries = reader.bytes.subarray(reader.offsetBytes, reader.endBytes)
  return [encodeCount(count + change.append.length), entries, ...change.append]
}

function encodeCount(count: number): Uint8Array {
  return Uint8Array.from(encodeU32(count))
}
