import type { FileReference } from '../../main/contract/service.ts'
import type { InspectorError, Result } from '../../main/contract/result.ts'

const GUEST_EXTENSIONS = ['.wasm', '.wat']
const HOST_EXTENSIONS = ['.ts', '.js', '.mjs']
const SESSION_EXTENSIONS = ['.jspi']

/** What the file dialog offers, and what a drop may hold. */
export const KNOWN_EXTENSIONS = [...GUEST_EXTENSIONS, ...HOST_EXTENSIONS, ...SESSION_EXTENSIONS]

/** The same limit as the contract's, so that a file which is too large need not be read first. */
export const FILE_SIZE_LIMIT_BYTES = 256 * 1024 * 1024

/**
 * Turns dropped or chosen files into what the service opens: by path where `pathForFile` knows it, else by
 * content. Fails on the first that is too large, of an unknown kind, or cannot be read, and where the contents
 * are too much for one message.
 */
export async function referToFiles(
  files: readonly File[],
  pathForFile?: (file: File) => string,
): Promise<Result<FileReference[]>> {
  const references: FileReference[] = []
  let carriedBytes = 0
  for (const file of files) {
    if (!isKnownKind(file.name)) return { ok: false, error: describeUnknown(file) }
    const reference = await referToFile(file, pathForFile)
    if (!reference.ok) return reference
    if ('bytes' in reference.value) carriedBytes += file.size
    if (carriedBytes > FILE_SIZE_LIMIT_BYTES) return { ok: false, error: describeTooMuch() }
    references.push(reference.value)
  }
  return { ok: true, value: references }
}

/** As {@link referToFiles}, for one file of any kind. */
export async function referToFile(
  file: File,
  pathForFile?: (file: File) => string,
): Promise<Result<FileReference>> {
  if (file.size > FILE_SIZE_LIMIT_BYTES) return { ok: false, error: describeTooLarge(file) }
  const path = pathForFile?.(file)
  if (path) return { ok: true, value: { path } }
  try {
    return { ok: true, value: { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) } }
  } catch (cause) {
    return { ok: false, error: describeUnreadable(file, cause) }
  }
}

function describeUnknown(file: File): InspectorError {
  return {
    code: 'GUEST_NOT_WASM',
    what: 'The file is neither a guest nor a host module nor a session.',
    why: `“${file.name}” does not end in ${KNOWN_EXTENSIONS.join(', ')}.`,
    fix: 'Drop a .wasm or .wat file, a host module written in TypeScript or JavaScript, or a saved session.',
  }
}

function describeTooLarge(file: File): InspectorError {
  return {
    code: 'GUEST_TOO_LARGE',
    what: 'The file is too large.',
    why: `“${file.name}” has ${toMegabytes(file.size)} MB; the limit is ${toMegabytes(FILE_SIZE_LIMIT_BYTES)} MB.`,
    fix: 'Strip its debug information, or split the module.',
  }
}

function describeTooMuch(): InspectorError {
  return {
    code: 'MESSAGE_TOO_LARGE',
    what: 'The files are too much for one message.',
    why: `Together they have more than ${toMegabytes(FILE_SIZE_LIMIT_BYTES)} MB.`,
    fix: 'Drop them one after the other.',
  }
}

function describeUnreadable(file: File, cause: unknown): InspectorError {
  return {
    code: 'GUEST_UNREADABLE',
    what: 'The file cannot be read.',
    why: `“${file.name}” may be a folder, may have been moved, or may not be yours to read.`,
    fix: 'Check that it is a file and that you may read it, then drop it again.',
    cause: String(cause),
  }
}

function isKnownKind(name: string): boolean {
  const lower = name.toLowerCase()
  return KNOWN_EXTENSIONS.some((extension) => lower.endsWith(extension))
}

function toMegabytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 1024 / 1024)
}
