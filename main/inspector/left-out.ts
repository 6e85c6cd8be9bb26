/** Says in words what a trace lacks, and what it cost the guest to lack nothing. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError } from '../contract/result.ts'

/** Of a trace that keeps the newest calls: how many were given up for them. */
export function describeLeftOut(leftOutCount: number, callCount: number): InspectorError {
  const why = `Of ${callCount.toLocaleString('en')} calls ${leftOutCount.toLocaleString('en')} were left out: the disk was slower than the guest, or memory was full.`
  return makeError('CALLS_LEFT_OUT', { why })
}
