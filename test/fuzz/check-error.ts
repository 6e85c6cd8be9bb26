import { ERRORS } from '../../main/contract/error-codes.ts'
import type { InspectorError } from '../../main/contract/result.ts'

/** The codes whose first sentence says all that there is to say. */
const SELF_EXPLAINING = new Set([
  'GUEST_EXCEPTION',
  'SESSION_NOT_FOUND',
  'SESSION_ENDED',
  'SESSION_ARCHIVED',
  'SESSION_FILE_BEING_READ',
  'CALL_CANCELLED',
  'RUN_NOT_FOUND',
  'SQL_CANCELLED',
])

/** Throws unless a failure is one that the contract knows, and explains itself. */
export function checkError(error: InspectorError): void {
  const explained = error.why.trim() !== '' || SELF_EXPLAINING.has(error.code)
  const known = Object.hasOwn(ERRORS, error.code) && error.code !== 'INTERNAL'
  if (!known || !explained || !error.what || !error.fix) {
    throw new Error(`an error that explains nothing: ${JSON.stringify(error)}`)
  }
}

/** Throws with a text of what is wrong unless `condition` holds. */
export function expectThat(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(what)
}
