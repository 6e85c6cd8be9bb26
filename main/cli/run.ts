import { resolve } from 'node:path'
import { makeError } from '../contract/error-codes.ts'
import type { ErrorCode } from '../contract/error-codes.ts'
import type { CallDetail } from '../contract/calls.ts'
import type { RunInfo, SessionInfo } from '../contract/sessions.ts'
import type { InspectorError } from '../contract/result.ts'
import { connectInProcess } from '../doors/in-process.ts'
import { describeProblem, parseFilter } from '../filter/parse.ts'
import { createInspector } from '../inspector/inspector.ts'
import { describeLeftOut } from '../inspector/left-out.ts'
import { setStackBytes } from '../inspector/stack-size.ts'
import type { Command } from './command-line.ts'
import { createConsolePrinter } from './console-printer.ts'
import { beginTrace } from './export-calls.ts'
import { whenAborted } from './interruption.ts'
import type { Interruption } from './interruption.ts'
import { STATUS, printCause, printError, printNotice, printStack } from './output.ts'
import type { ProgramPaths } from './paths.ts'
import { createRunWatcher } from './run-watcher.ts'
import { formatTable } from './table.ts'

type RunCommand = Extract<Command, { verb: 'run' }>

/** The export that is called when none is named: that of a command, by the custom of WASI. */
const COMMAND_EXPORT = '_start'

/** Failures before the call that are the guest's or the host module's own doing while they ran. */
const RUNTIME_FAILURES = new Set<ErrorCode>([
  'START_FAILED',
  'GUEST_TRAPPED',
  'GUEST_EXCEPTION',
  'HOST_THREW',
])

/** Calls one export of a guest, prints what it returns, and answers with the exit status. */
export async function run(
  command: RunCommand,
  paths: ProgramPaths,
  interruption: Interruption,
): Promise<number> {
  if (command.stackBytes !== undefined) setStackBytes(command.stackBytes)
  const parsed = parseFilter(command.filter ?? '')
  if (parsed.filter === null) return reportUnusable(describeProblem(parsed.problems[0]))
  const { filter } = parsed
  const inspector = createInspector({ ...paths, settingsFolder: null })
  const runs = createRunWatcher()
  const printer = createConsolePrinter(() => client)
  const client = connectInProcess(inspector, {
    runChanged: runs.note,
    traceGrew: printer.noteGrowth,
    problem: printError,
  })
  const interrupted = whenAborted(interruption.signal)
  let isCalling = false

  async function openAndCall(): Promise<number> {
    const opened = await inspector.open({
      path: resolve(command.guest),
      trustHost: true,
      stubUnbound: command.stub,
      readings: command.readings,
      keepsNewest: command.keepsNewest,
      ...(command.sliceMs !== undefined && { sliceMs: command.sliceMs }),
      limits: {
        ...(command.memoryBytes !== undefined && { memoryBytes: command.memoryBytes }),
        ...(command.tableEntries !== undefined && { tableEntries: command.tableEntries }),
      },
      ...(command.host !== undefined && { hostPath: resolve(command.host) }),
      ...(command.session !== undefined && { sessionPath: resolve(command.session) }),
    })
    if (!opened.ok) return reportUnusable(opened.error)
    const session = opened.value
    if (command.debugFile !== undefined) {
      const file = { path: resolve(command.debugFile) }
      const given = await client.call('setDebugFile', { sessionId: session.sessionId, file })
      if (!given.ok) return reportUnusable(given.error)
    }
    const trace = beginTrace(inspector, session, command, filter, paths.version)
    for (const warning of session.warnings) printError(warning)
    const status =
      session.state === 'ready'
        ? await callExport(session)
        : reportUnusable(session.error ?? makeError('SESSION_NOT_READY'))
    await printer.finish(session.sessionId)
    await trace.finish()
    await reportBackPressure(session)
    return status
  }

  async function callExport(session: SessionInfo): Promise<number> {
    const exportName = command.exportName ?? findCommandExport(session)
    if (exportName === null) return reportNoExport(session)
    isCalling = true
    const started = await client.call('startRun', {
      sessionId: session.sessionId,
      exportName,
      argumentTexts: command.argumentTexts,
      ...(command.timeoutMs !== undefined && { timeoutMs: command.timeoutMs }),
    })
    if (!started.ok) return reportUnusable(started.error)
    const { runId } = started.value
    // How the run ends is told by the events. Then nobody waits for this answer: it may also be that the run
    // had ended by itself, or that the connection is closed before the answer comes.
    void interrupted.then(() => client.call('cancelRun', { runId })).catch(() => {})
    const ended = await runs.whenEnded(started.value)
    await printer.finish(session.sessionId)
    return reportRun(ended, await readFailed(ended))
  }

  /** Says what became of the calls that came faster than the disk took them. */
  async function reportBackPressure({ sessionId }: SessionInfo): Promise<void> {
    const attached = await client.call('attach')
    const status = attached.ok && attached.value.traces.find((each) => each.sessionId === sessionId)
    if (!status) return
    const { leftOutCount, callCount, slowedNs } = status
    if (leftOutCount > 0) printError(describeLeftOut(leftOutCount, callCount))
    if (slowedNs > 0) {
      printNotice(`The guest waited ${(slowedNs / 1e9).toFixed(2)} s for the disk, so that no call is lost.`)
    }
  }

  /** The call of a run that failed; null of others. */
  async function readFailed({ sessionId, callId, error }: RunInfo): Promise<CallDetail | null> {
    if (callId === null || error === null) return null
    const read = await client.call('readCall', { sessionId, callId })
    return read.ok ? read.value : null
  }

  try {
    const status = openAndCall()
    // A call is cancelled in good order; what comes before it, such as a start function, is given up.
    const givenUp = interrupted.then(() => (isCalling ? status : STATUS.cancelled))
    const reached = await Promise.race([status, givenUp])
    return reached === STATUS.cancelled && interruption.signal.aborted ? interruption.status : reached
  } finally {
    client.close()
    await inspector.close()
  }
}

function findCommandExport(session: SessionInfo): string | null {
  const found = session.exports.some(({ kind, name }) => kind === 'function' && name === COMMAND_EXPORT)
  return found ? COMMAND_EXPORT : null
}

function reportUnusable(error: InspectorError): number {
  printError(error)
  return RUNTIME_FAILURES.has(error.code) ? STATUS.failed : STATUS.unusable
}

function reportNoExport(session: SessionInfo): number {
  const { name } = session.guest
  const functions = session.exports.filter(({ kind }) => kind === 'function')
  if (functions.length === 0) {
    printError(makeError('EXPORT_NOT_FOUND', { why: `${name} exports no function.`, fix: '' }))
  } else {
    printError(makeError('USAGE', { why: 'No export is named.', fix: `${name} exports:` }))
    for (const line of formatTable(functions.map((each) => [each.name, each.typeText]))) printNotice(line)
  }
  return STATUS.unusable
}

/** Whether a program can end with it: a status is a byte. */
function isExitStatus(status: number): boolean {
  return status >= 0 && status <= 255
}

/**
 * How the run ended stands in the console already; what lies underneath an error is added. Of a trap that is the
 * guest's stack: JavaScript's own text of it has less to say.
 */
function reportRun(run: RunInfo, failed: CallDetail | null): number {
  const stack = failed?.stack ?? []
  const isTold = run.state === 'trapped' && stack.length > 0
  if (run.error?.cause && !isTold) {
    printCause(run.error.cause)
    if (stack.length > 0) printNotice('    in the guest:')
  }
  printStack(stack)
  if (stack.length > 0 && failed?.debug?.error) printError(failed.debug.error)
  if (run.state === 'returned') return STATUS.ok
  if (run.exitStatus !== null) return isExitStatus(run.exitStatus) ? run.exitStatus : STATUS.failed
  return run.state === 'cancelled' ? STATUS.cancelled : STATUS.failed
}
