import { FormatError } from './byte-reader.ts'

const magic = Uint8Array.of(0x00, 0x61, 0x73, 0x6d)

/** How a core module begins: the magic number, and version 1. */
export const moduleHeader = Uint8Array.of(...magic, 1, 0, 0, 0)

/** The size of a header. */
export const headerSizeBytes = moduleHeader.length

function formatBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

/**
 * Throws a `FormatError` unless `bytes` start as a core module of version 1 does. A component has the same
 * magic number, and the "layer" 1 where a core module has 0 (component model, "Binary Format").
 */
export function checkHeader(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new FormatError('empty', 'The file has 0 bytes.', 0)
  const start = bytes.subarray(0, magic.length)
  if (!start.every((byte, index) => byte === magic[index])) {
    const message = `It starts with the bytes ${formatBytes(start)}; a module starts with ${formatBytes(magic)}.`
    throw new FormatError('not-wasm', message, 0)
  }
  if (bytes.length < headerSizeBytes) {
    const message = `It has ${bytes.length} bytes; the header of a module alone has ${headerSizeBytes}.`
    throw new FormatError('truncated', message, bytes.length)
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerSizeBytes)
  const version = header.getUint16(4, true)
  const layer = header.getUint16(6, true)
  if (layer === 1)
    throw new FormatError('component', 'Its header names layer 1; that of a core module names layer 0.', 4)
  if (version !== 1 || layer !== 0) {
    const message = `Its version is ${header.getUint32(4, true)}; core modules have version 1.`
    throw new FormatError('unsupported-version', message, 4)
  }
}
