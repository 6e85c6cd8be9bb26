/** Files that are taken for guests and are none, told by how they begin. */

interface ForeignFile {
  start: readonly number[]
  /** What it is, after "It is". */
  what: string
  fix: string
}

const FOREIGN_FILES: readonly ForeignFile[] = [
  { start: [0x1f, 0x8b], what: 'compressed with gzip', fix: 'Decompress it first (`gunzip`).' },
  {
    start: [0x28, 0xb5, 0x2f, 0xfd],
    what: 'compressed with Zstandard',
    fix: 'Decompress it first (`unzstd`).',
  },
  { start: ascii('PK\x03\x04'), what: 'a ZIP archive', fix: 'Unpack it, and open the .wasm file in it.' },
  { start: ascii('\x7fELF'), what: 'a native program or library (ELF)', fix: 'Build it for WebAssembly.' },
  { start: ascii('BC\xc0\xde'), what: 'LLVM bitcode', fix: 'Link it to a module first (`wasm-ld`).' },
  { start: ascii('!<arch>'), what: 'a static library', fix: 'Link it to a module first (`wasm-ld`).' },
  {
    start: ascii('<'),
    what: 'an HTML or XML document',
    fix: 'Download the .wasm file again; this is a page instead.',
  },
]

/** What a file that is no module is, and what can be done with it; undefined where that is not known. */
export function recognizeForeign(bytes: Uint8Array): { what: string; fix: string } | undefined {
  return FOREIGN_FILES.find(({ start }) => start.every((byte, index) => bytes[index] === byte))
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0))
}
