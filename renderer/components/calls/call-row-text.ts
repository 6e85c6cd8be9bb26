/** A row of the calls table as the texts that its cells show. */
import type { CallKind, CallRow } from '../../../main/contract/calls.ts'
import type { TypedValue } from '../../../main/contract/values.ts'
import { describeKind, describeOutcome, formatCallName } from '../../format/calls.ts'
import type { OutcomeText } from '../../format/calls.ts'
import { formatArguments, formatResults } from '../../format/decoded.ts'
import { formatCount } from '../../format/numbers.ts'
import { elideText, escapeInvisible } from '../../format/text.ts'
import { formatColumnDuration, formatInstant } from '../../format/times.ts'
import { formatTypedValues } from '../../format/values.ts'

/** Beyond this depth rows are no longer indented further; the depth is written instead. */
const DEEPEST_INDENT = 8
const ERROR_LIMIT = 300

export interface CallRowText {
  number: string
  kind: CallKind
  name: string
  nameTitle: string
  /** How far the name is indented, in levels. */
  indent: number
  /** The depth as a number where the indentation no longer tells it; otherwise empty. */
  depthNote: string
  params: string
  paramsTitle: string
  /** The results, or what went wrong. */
  result: string
  resultTitle: string
  outcome: OutcomeText
  start: string
  total: string
  /** Empty where no time was spent so. */
  guest: string
  host: string
  suspended: string
  depth: string
  /** Empty where nothing made it. */
  parent: string
  topLevel: string
}

/** Writes a call as the texts of its row. */
export function writeCallRow(call: CallRow): CallRowText {
  const name = formatCallName(call)
  const error = call.errorText === null ? null : elideText(escapeInvisible(call.errorText), ERROR_LIMIT)
  const params = formatArguments(call)
  const results = formatResults(call)
  return {
    number: formatCount(call.id),
    kind: call.kind,
    name,
    nameTitle: `${name} (${describeKind(call.kind)})`,
    indent: Math.min(call.depth, DEEPEST_INDENT),
    depthNote: call.depth > DEEPEST_INDENT ? formatCount(call.depth) : '',
    params,
    paramsTitle: withRaw(params, call.params, call),
    result: error === null ? results : withoutName(error, name),
    resultTitle: error ?? withRaw(results, call.results ?? [], call),
    outcome: describeOutcome(call),
    start: formatInstant(call.startNs),
    total: formatColumnDuration(call.totalNs),
    guest: formatPart(call.guestNs),
    host: formatPart(call.hostNs),
    suspended: formatPart(call.suspendedNs),
    depth: formatCount(call.depth),
    parent: call.parent === null ? '' : formatCount(call.parent),
    topLevel: formatCount(call.topLevel),
  }
}

/** The typed values, below what they were read as. */
function withRaw(text: string, values: readonly TypedValue[], { decodedTexts }: CallRow): string {
  const typed = formatTypedValues(values)
  return decodedTexts === undefined ? typed : `${text}\n${typed}`
}

/** The row says already whose failure it is; the column has room for little more than the reason. */
function withoutName(error: string, name: string): string {
  for (const start of [`${name} failed: `, `${name}: `]) {
    if (error.startsWith(start)) return error.slice(start.length)
  }
  return error
}

function formatPart(durationNs: number): string {
  return durationNs > 0 ? formatColumnDuration(durationNs) : ''
}
