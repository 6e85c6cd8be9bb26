/** What can go wrong with session files, as errors for people. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError } from '../contract/result.ts'

/** A file that cannot be written; `consequence` is a sentence on what happens now. */
export function describeWriteFailure(
  failure: NodeJS.ErrnoException,
  path: string,
  consequence = '',
): InspectorError {
  return makeError('SESSION_FILE_UNWRITABLE', {
    why: `${failure.message}. ${consequence}`.trim(),
    location: { file: path },
  })
}
