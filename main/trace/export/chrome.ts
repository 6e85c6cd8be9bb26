/**
 * Chrome's trace events, which Perfetto, chrome://tracing and speedscope open: a complete event (`X`) for each call, in
 * threads in which they nest. After "Trace Event Format" of the Chromium project.
 */
import type { CallId } from '../../contract/model.ts'
import { readCallRow } from '../call-row.ts'
import { endOf, nameOf, plainValues } from './encoder.ts'
import type { ExportSource, TraceEncoder } from './encoder.ts'
import { nameTrack, Tracks } from './tracks.ts'

const PROCESS_ID = 1
/** Threads from here on are of one call each, others are lanes. Far above the calls that can be in flight. */
const FIRST_CALL_THREAD = 1_000_000

/** Makes a writer of trace events. Times are microseconds, with the nanoseconds behind the point. */
export function createChromeEncoder(source: ExportSource): TraceEncoder {
  const { calls, timeline, snapshot, guestName } = source
  const tracks = new Tracks(source)
  return {
    head: () =>
      `{"displayTimeUnit":"ns","traceEvents":[\n${formatName('process_name', { pid: PROCESS_ID }, guestName)}`,
    call(id) {
      // It is not even known which calls they were made in.
      if (!calls.isKnown(id)) return ''
      const track = tracks.trackOf(id)
      const tid = track.call === undefined ? track.lane + 1 : FIRST_CALL_THREAD + track.call
      const event = `,\n${formatCall(source, id, tid)}`
      if (track.call !== id) return event
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
  return JSON.stringify({
    ph: 'X',
    pid: PROCESS_ID,
    tid,
    cat: row.kind,
    name: nameOf(row),
    ts: startNs / 1000,
    dur: (Math.round(endOf(source, id)) - startNs) / 1000,
    args: {
      id,
      ...(row.parent === null ? {} : { parent: row.parent }),
      params: plainValues(row.params),
      ...(row.results ? { results: plainValues(row.results) } : {}),
      ...(row.decodedTexts ? { decoded: row.decodedTexts.map(({ text }) => text) } : {}),
      outcome: row.outcome,
      ...(error ? { error: error.code, message: `${error.what} ${error.why}`.trim() } : {}),
      ...(row.kind === 'import' ? {} : { guestNs: Math.round(row.guestNs) }),
      hostNs: Math.round(row.hostNs),
      suspendedNs: Math.round(row.suspendedNs),
    },
  })
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
