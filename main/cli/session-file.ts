/** What the command line does with session files: their calls as lines, and what they come to. */
import { resolve } from 'node:path'
import type { SessionInfo, TimingRow } from '../contract/model.ts'
import type { InspectorError } from '../contract/result.ts'
import { success } from '../contract/result.ts'
import { describeProblem, parseFilter } from '../filter/parse.ts'
import type { Inspector } from '../inspector/api.ts'
import { createInspector } from '../inspector/inspector.ts'
import type { Command } from './command-line.ts'
import type { TakePiece } from './export-calls.ts'
import { exportCalls, sendTo } from './export-calls.ts'
import { STATUS, printError, printNotice, printResult } from './output.ts'
import type { ProgramPaths } from './paths.ts'
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
    const opened = await inspector.openSessionFile(resolve(file))
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
    const request = { sessionId, format, filterText: filter }
    const exported = await exportCalls(inspector, request, collector ? sendTo(collector) : write)
    target?.close()
    return exported.ok ? STATUS.ok : fail(exported.error)
  })
}

/** Waits while the reader of the output is slower than the disk. */
async function writeOut(content: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(content)) await new Promise((done) => process.stdout.once('drain', done))
}

/** Prints what the calls of a session file come to, for each import and export. */
export function printStatistics(
  { file, json }: Extract<Command, { verb: 'stats' }>,
  paths: ProgramPaths,
): Promise<number> {
  return withSessionFile(file, paths, (inspector, session) => {
    const { sessionId } = session
    const timings = inspector.service.readTimings({ sessionId })
    if (!timings.ok) return fail(timings.error)
    const attached = inspector.service.attach()
    const status = attached.ok && attached.value.traces.find((trace) => trace.sessionId === sessionId)
    if (!status) return STATUS.failed
    const { callCount, guestNs, hostNs, suspendedNs } = status
    if (json) {
      const { guest, archive } = session
      const totals = { callCount, guestNs, hostNs, suspendedNs }
      printResult(JSON.stringify({ guest, archive, totals, timings: timings.value }, null, 2))
      return STATUS.ok
    }
    printResult(`${session.guest.name}, ${callCount.toLocaleString('en')} calls`)
    printResult(`guest ${formatNs(guestNs)}, host ${formatNs(hostNs)}, suspended ${formatNs(suspendedNs)}`)
    const header = ['', 'calls', 'failed', 'total', 'p50', 'p99', 'max']
    for (const line of formatColumns([header, ...timings.value.map(describeTimings)])) printResult(line)
    if (callCount === 0) printNotice('No call was recorded.')
    return STATUS.ok
  })
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
