/** Reads guest files: .wasm and .wat. Failures name what is wrong with the file. */
import { open } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { ErrorCode } from '../contract/error-codes.ts'
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { GUEST_SIZE_LIMIT_BYTES } from '../contract/schemas.ts'
import type { ReadModuleError } from '../wasm/read-module.ts'
import { readModule } from '../wasm/read-module.ts'
import type { ModuleShape } from '../wasm/types.ts'
import { parseWat } from '../wasm/wat.ts'
import { recognizeForeign } from './foreign-files.ts'

/** A guest that has been read. */
export interface LoadedGuest {
  /** In the binary format, also for a .wat file. */
  bytes: Uint8Array
  /** Of the file. */
  sizeBytes: number
  shape: ModuleShape
}

const MAGIC = [0, 0x61, 0x73, 0x6d]
/** In so many bytes a text module shows that it is one. */
const TEXT_START_BYTES = 256
const MEBIBYTE = 1024 * 1024

const READ_ERRORS: Record<ReadModuleError['kind'], ErrorCode> = {
  empty: 'GUEST_EMPTY',
  'not-wasm': 'GUEST_NOT_WASM',
  truncated: 'GUEST_TRUNCATED',
  component: 'GUEST_IS_COMPONENT',
  'unsupported-version': 'GUEST_NOT_WASM',
  malformed: 'GUEST_MALFORMED',
}

/** Whether the name says that this is a guest in the text format, or how it begins: with its parenthesis or a comment. */
function isText(path: string, bytes: Uint8Array): boolean {
  if (MAGIC.every((byte, index) => bytes[index] === byte)) return false
  if (['.wat', '.wast'].includes(extname(path).toLowerCase())) return true
  return /^\s*(\(\s*(module|component)\b|;;|\(;)/.test(
    new TextDecoder().decode(bytes.subarray(0, TEXT_START_BYTES)),
  )
}

/** Reads a guest, whole, and what it imports and exports. */
export async function readGuestFile(path: string): Promise<Result<LoadedGuest>> {
  const read = await readBytes(path)
  if (!read.ok) return read
  const sizeBytes = read.value.length
  let bytes = read.value
  if (sizeBytes > 0 && isText(path, bytes)) {
    const parsed = await parseWat(new TextDecoder().decode(bytes), basename(path))
    if (!parsed.ok) {
      const { message, line, column } = parsed.error
      // The location says the place already.
      const why = `${message.replace(/^.*?:\d+:\d+:\s*/, '')}.`
      return failure(makeError('GUEST_WAT_SYNTAX', { why, location: { file: path, line, column } }))
    }
    bytes = parsed.value
  }
  const shape = readModule(bytes)
  if (!shape.ok) {
    const { kind, message, offsetBytes } = shape.error
    const location = { file: path }
    const foreign = kind === 'not-wasm' ? recognizeForeign(bytes) : undefined
    if (foreign) {
      return failure(
        makeError('GUEST_NOT_WASM', { why: `It is ${foreign.what}.`, fix: foreign.fix, location }),
      )
    }
    const why = kind === 'malformed' ? `${message} It is at byte ${offsetBytes}.` : message
    return failure(makeError(READ_ERRORS[kind], { why, location }))
  }
  return success({ bytes, sizeBytes, shape: shape.value })
}

async function readBytes(path: string): Promise<Result<Uint8Array>> {
  try {
    const file = await open(path)
    try {
      const stat = await file.stat()
      if (stat.isDirectory()) return failure(makeError('GUEST_IS_FOLDER', { location: { file: path } }))
      if (stat.size > GUEST_SIZE_LIMIT_BYTES) return failure(tooLargeError(stat.size, path))
      return success(new Uint8Array(await file.readFile()))
    } finally {
      await file.close()
    }
  } catch (thrown) {
    return failure(systemError(path, thrown as NodeJS.ErrnoException))
  }
}

/** GUEST_TOO_LARGE with size and limit. */
export function tooLargeError(sizeBytes: number, path: string): InspectorError {
  return makeError('GUEST_TOO_LARGE', {
    why: `It has ${(sizeBytes / MEBIBYTE).toFixed(0)} MiB; the limit is ${GUEST_SIZE_LIMIT_BYTES / MEBIBYTE} MiB.`,
    location: { file: path },
  })
}

function systemError(path: string, error: NodeJS.ErrnoException): InspectorError {
  const location = { file: path }
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return makeError('GUEST_NOT_FOUND', { location })
  if (error.code === 'EISDIR') return makeError('GUEST_IS_FOLDER', { location })
  return makeError('GUEST_UNREADABLE', { why: `The system says: ${error.message}.`, location })
}
