/** Reads debug information from a file that is not the guest's own, and tells whether it is about the guest. */
import { readFileSync, statSync } from 'node:fs'
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { GUEST_SIZE_LIMIT_BYTES } from '../contract/schemas.ts'
import { FormatError } from '../wasm/byte-reader.ts'
import type { SourceLocator } from '../wasm/dwarf/locate.ts'
import { createSourceLocator } from '../wasm/dwarf/locate.ts'
import { checkHeader } from '../wasm/header.ts'
import type { SectionRange } from '../wasm/section-ranges.ts'
import { SECTIONS } from '../wasm/binary-codes.ts'
import { listSectionRanges } from '../wasm/section-ranges.ts'

const MEBIBYTE = 1024 * 1024

/** A module, and where its sections lie. */
export interface SectionedModule {
  bytes: Uint8Array
  sections: readonly SectionRange[]
}

/**
 * Reads the DWARF of a file for the code of `guest`. Fails with DEBUG_FILE_UNREADABLE, with DEBUG_FILE_INVALID where it
 * has none, and with DEBUG_FILE_MISMATCH where it is about another module. That is told by the build ids, where both
 * have one, and by the code, where the file has that too.
 */
export function readDebugFile(path: string, guest: SectionedModule): Result<SourceLocator> {
  const location = { file: path }
  let bytes: Uint8Array
  try {
    const stat = statSync(path)
    // A pipe would be waited for.
    if (!stat.isFile())
      return failure(makeError('DEBUG_FILE_UNREADABLE', { why: 'It is no file.', location }))
    if (stat.size > GUEST_SIZE_LIMIT_BYTES) {
      const why = `It has ${Math.ceil(stat.size / MEBIBYTE)} MiB; the limit is ${GUEST_SIZE_LIMIT_BYTES / MEBIBYTE} MiB.`
      return failure(makeError('DEBUG_FILE_UNREADABLE', { why, location }))
    }
    bytes = new Uint8Array(readFileSync(path))
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'It does not exist.' : `The system says: ${message}.`
    return failure(makeError('DEBUG_FILE_UNREADABLE', { why, location }))
  }
  const sections = readSections(bytes)
  if (typeof sections === 'string') {
    return failure(makeError('DEBUG_FILE_INVALID', { why: sections, location }))
  }
  const locator = createSourceLocator(bytes, sections)
  if (locator === null) {
    const why = 'It has no section .debug_info.'
    return failure(makeError('DEBUG_FILE_INVALID', { why, location }))
  }
  const difference = findDifference({ bytes, sections }, guest)
  if (difference === null) return success(locator)
  return failure(makeError('DEBUG_FILE_MISMATCH', { why: difference, location }))
}

/** The file with its debug information that a guest names is not beside it. */
export function missingFileError(name: string): InspectorError {
  const why = `The guest names “${name}”, and there is no such file beside it.`
  return makeError('DEBUG_FILE_UNREADABLE', { why, fix: 'Put it there, or choose it (--debug-file).' })
}

function readSections(bytes: Uint8Array): SectionRange[] | string {
  try {
    checkHeader(bytes)
    return listSectionRanges(bytes)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return error.message
  }
}

function findDifference(file: SectionedModule, guest: SectionedModule): string | null {
  const [fileId, guestId] = [file, guest].map((module) => contentsOf(module, isBuildId))
  if (fileId && guestId && !fileId.equals(guestId)) {
    return `Its build id is ${formatBuildId(fileId)}; that of the guest is ${formatBuildId(guestId)}.`
  }
  const code = contentsOf(file, isCode)
  if (code === null) return null
  const guestCode = contentsOf(guest, isCode) ?? Buffer.alloc(0)
  if (code.length !== guestCode.length) {
    return `Its code section has ${code.length} bytes; that of the guest has ${guestCode.length}.`
  }
  return code.equals(guestCode)
    ? null
    : 'Its code section is as long as that of the guest, and differs from it.'
}

const isCode = ({ identifier }: SectionRange) => identifier === SECTIONS.code
/** WebAssembly tool conventions, "Build ID". */
const isBuildId = ({ name }: SectionRange) => name === 'build_id'

function contentsOf(
  { bytes, sections }: SectionedModule,
  isWanted: (section: SectionRange) => boolean,
): Buffer | null {
  const section = sections.find(isWanted)
  if (section === undefined) return null
  const sizeBytes = section.endBytes - section.startBytes
  return Buffer.from(bytes.buffer, bytes.byteOffset + section.startBytes, sizeBytes)
}

/** The first byte counts those that follow. */
function formatBuildId(contents: Buffer): string {
  return contents.toString('hex', 1, 21) || 'empty'
}
