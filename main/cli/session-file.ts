/** What the command line does with session files: their calls as lines, and what they come to. */
import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { SessionId } from '../contract/ids.ts'
import type { SessionInfo } from '../contract/sessions.ts'
import type { TimingRow, TraceStatus } from '../contract/traces.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { success } from '../contract/result.ts'
import type { FunctionStatistics } from '../contract/statistics.ts'
import { describeProblem, parseFilter } from '../filter/parse.ts'
import type { Inspector } from '../inspector/api.ts'
import { createInspector } from '../inspector/inspector.ts'
import type { Command } from './command-line.ts'
import type { TakePiece } from './export-calls.ts'
import { exportCalls, exportToCollector } from './export-calls.ts'
import { STATUS, printError, printNotice, printResult } from './output.ts'
import type { ProgramPaths } from './paths.ts'
import { Progress } from './progress.ts'
import { formatColumns } from './table.ts'
import { openTraceFile } from './trace-file.ts'

/** Opens a session file for `act`, whose exit status it answers with. */
export async function withSessionFile(
  file: string,
  paths: ProgramPaths,
  act: (inspector: Inspector, session: SessionInfo) => Promise<number> | number,
): Promise<number> {
  const inspector = createInspector({ ...paths, settingsFolder: null })
  try {
    const progress = new Progress('Opening', process.stderr, 'bytes')
    const opened = await inspector.openSessionFile(resolve(file), (done, total) =>
      progress.report(done, total),
    )
    progress.end()
    if (!opened.ok) return fail(opened.error)
    for (const warning of opened.value.warnings) printError(warning)
    return await act(inspector, opened.value)
  } finally {
    await inspector.close()
  }
}

function fail(error: InspectorError): number {
  printError(error)
  return STATUS.unusable
}

/**
 * Writes the calls of a session file in one of the formats, to a file, to standard output or to a collector; with a
 * filter, those for which it holds.
 */
export function exportSessionFile(
  { file, format, output, collector, filter = '' }: Extract<Command, { verb: 'export' }>,
  paths: ProgramPaths,
): Promise<number> {
  // Before a file is emptied for nothing.
  const [problem] = parseFilter(filter).problems
  if (problem) return Promise.resolve(fail(describeProblem(problem)))
  return withSessionFile(file, paths, async (inspector, { sessionId }) => {
    const target = output === undefined ? null : openTraceFile(output)
    const write: TakePiece = async (content) => {
      if (target) target.write(content)
      else await writeOut(content)
      return success(null)
    }
    const request = { sessionId, filterText: filter }
    // On a terminal that the calls go to themselves a bar would tear them apart.
    const isSeen = output === undefined && collector === undefined && process.stdout.isTTY
    const progress = isSeen ? null : new Progress('Exporting')
    const exported = collector
      ? await exportToCollector(inspector, request, collector, paths.version, progress)
      : await exportCalls(inspector, { ...request, format }, write, progress)
    target?.close()
    return exported.ok ? STATUS.ok : fail(exported.error)
  })
}

/** Waits while the reader of the output is slower than the disk. */
async function writeOut(content: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(content)) await new Promise((done) => process.stdout.once('drain', done))
}

/** Prints what the calls of a session file come to, or with a filter those for which it holds, by import and export. */
export function printStatistics(
  { file, json, filter }: Extract<Command, { verb: 'stats' }>,
  paths: ProgramPaths,
): Promise<number> {
  return withSessionFile(file, paths, async (inspector, session) => {
    const { guest, archive, sessionId } = session
    const found =
      filter === undefined ? readAll(inspector, sessionId) : await readFiltered(inspector, sessionId, filter)
    if (!found.ok) return fail(found.error)
    const { totals, timings } = found.value
    const { callCount, guestNs, hostNs, suspendedNs } = totals
    if (json) {
      printResult(JSON.stringify({ guest, archive, totals, timings }, null, 2))
      return STATUS.ok
    }
    printResult(`${session.guest.name}, ${callCount.toLocaleString('en')} calls`)
    printResult(`guest ${formatNs(guestNs)}, host ${formatNs(hostNs)}, suspended ${formatNs(suspendedNs)}`)
    const header = ['', 'calls', 'failed', 'total', 'p50', 'p99', 'max']
    for (const line of formatColumns([header, ...timings.map(describeTimings)])) printResult(line)
    if (callCount === 0)
      printNotice(filter === undefined ? 'No call was recorded.' : 'No call fits the filter.')
    return STATUS.ok
  })
}

interface Statistics {
  totals: Pick<TraceStatus, 'callCount' | 'guestNs' | 'hostNs' | 'suspendedNs'>
  timings: TimingRow[]
}

function readAll({ service }: Inspector, sessionId: SessionId): Result<Statistics> {
  const attached = service.attach()
  if (!attached.ok) return attached
  const timings = service.readTimings({ sessionId })
  if (!timings.ok) return timings
  const status = attached.value.traces.find((trace) => trace.sessionId === sessionId)
  const { callCount = 0, guestNs = 0, hostNs = 0, suspendedNs = 0 } = status ?? {}
  return success({ totals: { callCount, guestNs, hostNs, suspendedNs }, timings: timings.value })
}

async function readFiltered(
  { service }: Inspector,
  sessionId: SessionId,
  filterText: string,
): Promise<Result<Statistics>> {
  const bar = new Progress('Looking')
  try {
    for (;;) {
      const read = service.readStatistics({ sessionId, filterText })
      if (!read.ok) return read
      const { progress, functions } = read.value
      if (progress.scannedCount === progress.callCount) {
        return success({ totals: sumUp(progress.matchCount, functions), timings: functions })
      }
      bar.report(progress.scannedCount, progress.callCount)
      await setImmediate()
    }
  } finally {
    bar.end()
  }
}

/** The parts of imports are counted in the calls that made them as well. */
function sumUp(callCount: number, functions: readonly FunctionStatistics[]): Statistics['totals'] {
  const totals = { callCount, guestNs: 0, hostNs: 0, suspendedNs: 0 }
  for (const { kind, guestNs, hostNs, sumSuspendedNs } of functions) {
    totals.guestNs += guestNs
    if (kind !== 'import') continue
    totals.hostNs += hostNs
    totals.suspendedNs += sumSuspendedNs
  }
  return totals
}

function describeTimings({ module, name, count, failedCount, sumTotalNs, total }: TimingRow): string[] {
  return [
    module === null ? name : `${module}.${name}`,
    count.toLocaleString('en'),
    failedCount.toLocaleString('en'),
    ...[sumTotalNs, total.p50Ns, total.p99Ns, total.maxNs].map(formatNs),
  ]
}

const UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
] as const

/** Three digits and a unit. */
function formatNs(ns: number): string {
  for (const [unit, size] of UNITS) if (ns >= size) return `${(ns / size).toPrecision(3)} ${unit}`
  return `${Math.round(ns)} ns`
}
