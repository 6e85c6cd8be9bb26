/** What can go wrong with session files, as errors for people. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError } from '../contract/result.ts'

/** A file that cannot be written. */
export function describeWriteFailure(failure: NodeJS.ErrnoException, path: string): InspectorError {
  return makeError('SESSION_FILE_UNWRITABLE', {
    why: `${failure.message}.`,
    location: { file: path },
  })
}
