/**
 * Chrome's trace events, which Perfetto, chrome://tracing and speedscope open: a complete event (`X`) for each call, in
 * threads in which they nest. After "Trace Event Format" of the Chromium project.
 */
import type { CallId } from '../../contract/ids.ts'
import type { TypedValue } from '../../contract/values.ts'
import { readCallRow } from '../call-row.ts'
import { endOf, nameOf, plainValues } from './encoder.ts'
import type { ExportSource, TraceEncoder } from './encoder.ts'
import { nameTrack, Tracks } from './tracks.ts'

const PROCESS_ID = 1
/** Threads from here on are of one call each, others are lanes. Far above the calls that can be in flight. */
const FIRST_CALL_THREAD = 1_000_000
/** As many digits fit into 64 bits. */
const SAFE_DIGITS = 18

/** Makes a writer of trace events. Times are microseconds, with the nanoseconds behind the point. */
export function createChromeEncoder(source: ExportSource): TraceEncoder {
  const { calls, timeline, snapshot, guestName } = source
  const tracks = new Tracks(source)
  /** Threads of one call each that have their name. */
  const named = new Set<number>()
  return {
    head: () =>
      `{"displayTimeUnit":"ns","traceEvents":[\n${formatName('process_name', { pid: PROCESS_ID }, guestName)}`,
    call(id) {
      // It is not even known which calls they were made in.
      if (!calls.isKnown(id)) return ''
      const track = tracks.trackOf(id)
      const tid = track.call === undefined ? track.lane + 1 : FIRST_CALL_THREAD + track.call
      const event = `,\n${formatCall(source, id, tid)}`
      if (track.call === undefined || named.has(tid)) return event
      named.add(tid)
      return `,\n${formatThread(tid, nameTrack(source, track))}${event}`
    },
    tail() {
      // Only now are all lanes known: those of a session file are found on the way.
      const lanes = snapshot.callCount === 0 ? 0 : timeline.lanes.laneCount
      const names = Array.from({ length: lanes }, (_, lane) =>
        formatThread(lane + 1, nameTrack(source, { lane })),
      )
      return `${names.map((name) => `,\n${name}`).join('')}\n]}\n`
    },
  }
}

function formatCall(source: ExportSource, id: CallId, tid: number): string {
  const { calls, snapshot } = source
  const row = readCallRow(calls, id, snapshot.nowNs)
  const error = calls.errorOf(id)
  const startNs = Math.round(row.startNs)
  const event = JSON.stringify({
    ph: 'X',
    pid: PROCESS_ID,
    tid,
    cat: row.kind,
    // Perfetto takes the character 0 for the end of a text.
    name: nameOf(row).replaceAll('\0', '\u2400'),
    ts: startNs / 1000,
    dur: (Math.round(endOf(source, id)) - startNs) / 1000,
  })
  const args = JSON.stringify({
    id,
    ...(row.parent === null ? {} : { parent: row.parent }),
    ...(row.decodedTexts ? { decoded: row.decodedTexts.map(({ text }) => text) } : {}),
    outcome: row.outcome,
    ...(error ? { error: error.code, message: `${error.what} ${error.why}`.trim() } : {}),
    ...(row.kind === 'import' ? {} : { guestNs: Math.round(row.guestNs) }),
    hostNs: Math.round(row.hostNs),
    suspendedNs: Math.round(row.suspendedNs),
  })
  const values = [`"params":${formatValues(row.params)}`]
  if (row.results) values.push(`"results":${formatValues(row.results)}`)
  return `${event.slice(0, -1)},"args":${args.slice(0, -1)},${values.join(',')}}}`
}

/** Values so that Perfetto reads them as they are; its numbers are accurate to some 15 digits. */
function formatValues(values: readonly TypedValue[]): string {
  return `[${plainValues(values).map(formatValue).join(',')}]`
}

function formatValue(value: number | string | null): string {
  // What follows a null in a list takes its place there.
  if (value === null) return '"null"'
  if (typeof value === 'string') return JSON.stringify(value)
  const text = String(value)
  // It counts the digits of a whole number, and those of a fraction, in 64 bits and does not see them overflow.
  return text.length <= SAFE_DIGITS || text.includes('e') ? text : value.toExponential()
}

function formatThread(tid: number, name: string): string {
  return `${formatName('thread_name', { pid: PROCESS_ID, tid }, name)},\n${JSON.stringify({
    ph: 'M',
    pid: PROCESS_ID,
    tid,
    name: 'thread_sort_index',
    args: { sort_index: tid },
  })}`
}

function formatName(what: string, of: { pid: number; tid?: number }, name: string): string {
  return JSON.stringify({ ph: 'M', ...of, name: what, args: { name } })
}
