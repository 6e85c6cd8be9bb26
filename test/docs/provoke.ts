/** Provokes failures for real, so that the examples in docs/errors.md are what is printed and not what was meant. */
import { execFile } from 'node:child_process'
import { mkdir, open, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { changeAssociations } from '../../main/cli/associate.ts'
import { parseCommandLine } from '../../main/cli/command-line.ts'
import { findProgramPaths } from '../../main/cli/paths.ts'
import type { ErrorCode } from '../../main/contract/error-codes.ts'
import { formatError } from '../../main/contract/error-codes.ts'
import type { InspectorError, Result } from '../../main/contract/result.ts'
import type { Channel } from '../../main/doors/channel.ts'
import { openInProcessChannel } from '../../main/doors/in-process.ts'
import { MESSAGE_BURST } from '../../main/doors/rate-limit.ts'
import { startBrowserDoor } from '../../main/doors/web-socket.ts'
import type { Inspector, OpenRequest } from '../../main/inspector/api.ts'
import { Settings } from '../../main/inspector/settings.ts'
import { BLOCK_TYPES, encodeBlock } from '../../main/session-file/file-block.ts'
import { encodePart } from '../../main/session-file/file-parts.ts'
import { writeCutSession } from '../support/cut-session.ts'
import { buildId, extractDebug, namesDebugFile, stripShapes } from '../support/debug-files.ts'
import { fetchSessionFile } from '../support/fetch-session-file.ts'
import {
  createFolder,
  errorOf,
  GUESTS_FOLDER,
  openExample,
  openText,
  ROOT,
  startInspector,
  TestSession,
  valueOf,
  waitFor,
} from '../support/inspector.ts'

/** Makes a failure happen and gives it, or the line that is printed about it. */
type Provocation = () => Promise<InspectorError | string>

const ENDLESS_SQL = 'with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n'

/** A module that imports one function, and one that exports it under another name. */
const WAIT_GUEST =
  '(module (import "env" "wait" (func $wait)) (func (export "run") (call $wait)) (memory (export "memory") 1))'
/** Calls a function of its own by way of the host, in which an import that suspends is called. */
const DETOUR_GUEST = `(module
  (import "env" "call" (func $call (param funcref)))
  (import "env" "wait" (func $wait))
  (elem declare func $inner)
  (func $inner (call $wait))
  (func $outer (export "run") (call $call (ref.func $inner))))`

/** Keeps a stack in memory as LLVM does, uses as much of it as it is told, and waits. */
const STACK_GUEST = `(module
  (import "env" "wait" (func $wait))
  (memory (export "memory") 2 MAXIMUM)
  (global $__stack_pointer (mut i32) (i32.const 65536))
  (func (export "use") (param $size i32)
    (global.set $__stack_pointer (i32.sub (global.get $__stack_pointer) (local.get $size)))
    (call $wait)
    (global.set $__stack_pointer (i32.add (global.get $__stack_pointer) (local.get $size)))))`
const PATIENT_HOST =
  'export default { env: { wait: () => new Promise((resolve) => setTimeout(resolve, 20)) } }'

/** Saves a session as a window does; gives the file's path. */
async function save({ inspector, sessionId }: TestSession): Promise<string> {
  const path = join(await makeFolder(), 'saved.jspi')
  await writeFile(path, await fetchSessionFile(inspector, sessionId))
  return path
}

/** A session with many calls. */
async function saveSession(): Promise<string> {
  const session = await openExample('chatty')
  await session.call('call_sync', '3000')
  return save(session)
}

async function openSaved(path: string): Promise<TestSession> {
  const inspector = startInspector()
  return new TestSession(inspector, valueOf(await inspector.open({ path })))
}

function readError({ inspector, sessionId }: TestSession, callId: number): InspectorError {
  return valueOf(inspector.service.readCall({ sessionId, callId })).error!
}

/** The folders in which failures were provoked, to be shown as a reader's own. */
const usedFolders = new Map([[ROOT, '/home/me/jspi-inspector']])

async function makeFolder(files: Record<string, string | Uint8Array> = {}): Promise<string> {
  const folder = await createFolder(files)
  usedFolders.set(folder, '/home/me/guests')
  return folder
}

async function openFailing(request: OpenRequest): Promise<InspectorError> {
  return failureOf(await startInspector().open(request))
}

/** The failure to open a session, or that which an opened session shows. */
function failureOf(opened: Result<{ error: InspectorError | null }>): InspectorError {
  const error = opened.ok ? opened.value.error : opened.error
  if (!error) throw new Error('It did not fail.')
  return error
}

async function openBytes(name: string, bytes: string | Uint8Array): Promise<InspectorError> {
  const folder = await makeFolder({ [name]: bytes })
  return openFailing({ path: join(folder, name) })
}

/** Opens a guest with a host module and gives what the session then shows. */
async function openWithHost(host: string, wat = WAIT_GUEST): Promise<InspectorError> {
  const folder = await makeFolder({ 'guest.wat': wat, 'host.ts': host })
  return openFailing({ path: join(folder, 'guest.wat'), trustHost: true })
}

/** Has a guest without debug information fail. */
async function trapStripped(...customSections: Uint8Array[]): Promise<TestSession> {
  const folder = await makeFolder({ 'shapes.wasm': stripShapes(...customSections) })
  const inspector = startInspector()
  const opened = await inspector.open({ path: join(folder, 'shapes.wasm'), stubUnbound: true })
  const session = new TestSession(inspector, valueOf(opened))
  await session.call('run', '13')
  return session
}

async function giveDebugFile(name: string, bytes: Uint8Array): Promise<InspectorError> {
  const { inspector, sessionId } = await trapStripped(buildId(0x0a, 1))
  const path = join(await makeFolder({ [name]: bytes }), name)
  return errorOf(await inspector.service.setDebugFile({ sessionId, file: { path } }))
}

async function runFailing(
  session: TestSession,
  exportName: string,
  ...texts: string[]
): Promise<InspectorError> {
  const { error } = await session.call(exportName, ...texts)
  if (!error) throw new Error(`${exportName} did not fail.`)
  return error
}

/** A guest that exits with the status that it is given. */
function openExiting(): Promise<TestSession> {
  const wat = `(module (import "env" "exit" (func $exit (param i32)))
    (func (export "run") (param i32) (call $exit (local.get 0))))`
  return openText(wat, 'export default ({ exit }) => ({ env: { exit } })')
}

/** The failure of a call beside another one. */
async function overlapFailing(wat: string, stackBytes: string): Promise<InspectorError> {
  const session = await openText(wat, PATIENT_HOST)
  valueOf(session.inspector.service.setInterleaved({ sessionId: session.sessionId, interleaved: true }))
  session.start('use', '0')
  return runFailing(session, 'use', stackBytes)
}

/** Refuses to begin a run of a bundled guest. */
async function startFailing(
  example: string,
  exportName: string,
  ...argumentTexts: string[]
): Promise<InspectorError> {
  const { inspector, sessionId } = await openExample(example)
  return errorOf(inspector.service.startRun({ sessionId, exportName, argumentTexts }))
}

/** The first line that the command line prints to standard error. */
async function printByCommandLine(...args: string[]): Promise<string> {
  const program = join(ROOT, 'main/cli/index.ts')
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (_error, _output, errorOutput) =>
      resolve(errorOutput.split('\n')[0] ?? ''),
    )
  })
}

/** Sends messages of any shape to a door, and gives the failure with which the last of them is answered. */
async function sendRaw(inspector: Inspector, messages: readonly object[]): Promise<InspectorError> {
  const channel: Channel = openInProcessChannel(inspector)
  const answers: { r?: Result<unknown> }[] = []
  channel.on((message) => answers.push(message as { r?: Result<unknown> }))
  for (const [index, message] of messages.entries())
    channel.post({ t: 'q', i: String(index + 1), ...message })
  const failed = await waitFor('a failure', () => answers.find((answer) => answer.r?.ok === false))
  channel.close()
  return errorOf(failed.r!)
}

/** The next problem with this code. */
function nextProblem(inspector: Inspector, code: ErrorCode): Promise<InspectorError> {
  return new Promise((resolve) => {
    inspector.subscribe({
      problem(error) {
        if (error.code === code) resolve(error)
      },
    })
  })
}

/** Parts of the window that need no page. They are compiled for one, so the compiler is not to follow. */
async function importRenderer(file: string): Promise<Record<string, (...args: unknown[]) => unknown>> {
  return (await import(pathToFileURL(join(ROOT, 'renderer', file)).href)) as Record<string, () => unknown>
}

async function fillSparse(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, 'w')
  await file.truncate(sizeBytes)
  await file.close()
}

/** One for each code that can be provoked on every machine and in a moment. */
export const PROVOCATIONS: Partial<Record<ErrorCode, Provocation>> = {
  async GUEST_NOT_FOUND() {
    const folder = await makeFolder()
    return openFailing({ path: join(folder, 'sum.wasm') })
  },
  async GUEST_UNREADABLE() {
    const folder = await makeFolder()
    await symlink('loop.wasm', join(folder, 'loop.wasm'))
    return openFailing({ path: join(folder, 'loop.wasm') })
  },
  async GUEST_IS_FOLDER() {
    const folder = await makeFolder()
    await mkdir(join(folder, 'sum'))
    return openFailing({ path: join(folder, 'sum') })
  },
  GUEST_EMPTY: () => openBytes('empty.wasm', ''),
  async GUEST_TOO_LARGE() {
    const folder = await makeFolder()
    await fillSparse(join(folder, 'large.wasm'), 300 * 1024 * 1024)
    return openFailing({ path: join(folder, 'large.wasm') })
  },
  GUEST_NOT_WASM: () => openBytes('notes.wasm', 'not a module'),
  async GUEST_TRUNCATED() {
    const bytes = await readFile(join(GUESTS_FOLDER, 'sum/sum.wasm'))
    return openBytes('sum.wasm', bytes.subarray(0, 100))
  },
  GUEST_MALFORMED: () =>
    openBytes('broken.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0x63, 2, 0, 0)),
  GUEST_IS_COMPONENT: () => openBytes('component.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0)),
  GUEST_NEEDS_FEATURE: () => openBytes('guest.wat', '(module (memory 1 (pagesize 1)))'),
  GUEST_WAT_SYNTAX: () => openBytes('guest.wat', '(module\n  (func (export "run")\n    i32.cosnt 1))\n'),
  async DEBUG_FILE_UNREADABLE() {
    const session = await trapStripped(namesDebugFile('shapes.debug.wasm'))
    const { inspector, sessionId } = session
    return valueOf(inspector.service.readCall({ sessionId, callId: 1 })).debug!.error!
  },
  DEBUG_FILE_INVALID: () => giveDebugFile('stripped.wasm', stripShapes()),
  DEBUG_FILE_MISMATCH: () => giveDebugFile('shapes.debug.wasm', extractDebug(buildId(0x0b, 2))),
  async HOST_NOT_FOUND() {
    const folder = await makeFolder({ 'guest.wat': WAIT_GUEST })
    return openFailing({ path: join(folder, 'guest.wat'), hostPath: join(folder, 'hots.ts') })
  },
  async HOST_WITHOUT_GUEST() {
    const folder = await makeFolder({ 'host.ts': 'export default {}' })
    return errorOf(await startInspector().service.openFiles({ files: [{ path: join(folder, 'host.ts') }] }))
  },
  HOST_LOAD_FAILED: () => openWithHost('export default {\n  env: {\n    wait() {},\n  },\n}}\n'),
  HOST_WRONG_EXPORT: () => openWithHost('export const env = { wait() {} }\n'),
  async HOST_NOT_TRUSTED() {
    const folder = await makeFolder({ 'guest.wat': WAIT_GUEST, 'host.ts': 'export default {}' })
    const [session] = valueOf(
      await startInspector().service.openFiles({ files: [{ path: join(folder, 'guest.wat') }] }),
    )
    return session!.error!
  },
  async HOST_IMPORT_UNUSED() {
    const folder = await makeFolder({
      'guest.wat': WAIT_GUEST,
      'host.ts': 'export default {\n  env: {\n    wait() {},\n    wiat() {},\n  },\n}\n',
    })
    const session = valueOf(await startInspector().open({ path: join(folder, 'guest.wat'), trustHost: true }))
    return session.warnings[0]!
  },
  async IMPORT_UNBOUND() {
    const { info } = await openExample('fail-unbound')
    return info.error!
  },
  IMPORT_MISMATCH: () => openWithHost("export default {\n  env: {\n    wait: 'soon',\n  },\n}\n"),
  async STUB_INVALID() {
    const { inspector, sessionId } = await openExample('fail-unbound')
    const stub = { kind: 'return' as const, values: ['1', '2'], delayMs: 0 }
    return failureOf(await inspector.service.setStub({ sessionId, module: 'env', name: 'missing', stub }))
  },
  async READING_INVALID() {
    const { inspector, sessionId } = await openExample('fail-unbound')
    const request = { sessionId, module: 'env', name: 'bound', readings: 'utf8(0,1)' }
    return errorOf(inspector.service.setReadings(request))
  },
  async FILTER_INVALID() {
    const { inspector, sessionId } = await openExample('sum')
    const request = { sessionId, filterText: 'import:env.* suspended>5', fromRow: 0, rowCount: 1 }
    return errorOf(inspector.service.readFilteredCalls(request))
  },
  async SQL_FAILED() {
    const { inspector, sessionId } = await openExample('sum')
    const sql = 'select max(duration) from calls'
    return errorOf(await inspector.service.queryTrace({ sessionId, sql, rowLimit: 1 }))
  },
  async SQL_SEVERAL_STATEMENTS() {
    const { inspector, sessionId } = await openExample('sum')
    const sql = 'select count(*) from calls;\nselect count(*) from console'
    return errorOf(await inspector.service.queryTrace({ sessionId, sql, rowLimit: 1 }))
  },
  async SQL_TIMED_OUT() {
    const { inspector, sessionId } = await openExample('sum')
    const request = { sessionId, sql: ENDLESS_SQL, rowLimit: 1, timeoutMs: 100 }
    return errorOf(await inspector.service.queryTrace(request))
  },
  async SQL_CANCELLED() {
    const { inspector, sessionId } = await openExample('sum')
    const answered = inspector.service.queryTrace({ sessionId, sql: ENDLESS_SQL, rowLimit: 1 })
    setTimeout(() => inspector.service.cancelQuery({ sessionId }), 20)
    return errorOf(await answered)
  },
  async START_FAILED() {
    const { info } = await openExample('fail-start')
    return info.error!
  },
  INSTANTIATE_FAILED: () => openBytes('guest.wat', '(module (memory 1) (data (i32.const 70000) "text"))'),
  async LIMIT_EXCEEDED() {
    const folder = await makeFolder({ 'guest.wat': '(module (memory 32))' })
    return openFailing({ path: join(folder, 'guest.wat'), limits: { memoryBytes: 2 ** 20 } })
  },
  async LIMIT_BELOW_MAXIMUM() {
    const folder = await makeFolder({ 'guest.wat': '(module (memory 1 1024))' })
    const path = join(folder, 'guest.wat')
    return valueOf(await startInspector().open({ path, limits: { memoryBytes: 2 ** 20 } })).warnings[0]!
  },
  EXPORT_NOT_FOUND: () => startFailing('times', 'spni', '1000'),
  EXPORT_NOT_FUNCTION: () => startFailing('sum', 'memory'),
  ARGUMENT_COUNT: () => startFailing('sum', 'sum'),
  ARGUMENT_TYPE: () => startFailing('sum', 'sum', '12abc'),
  ARGUMENT_RANGE: () => startFailing('sum', 'sum', '5000000000'),
  TYPE_UNSUPPORTED: () => startFailing('values', 'v128', '0'),
  GUEST_TRAPPED: async () => runFailing(await openExample('fail-trap'), 'divide_by_zero'),
  GUEST_EXCEPTION: async () => runFailing(await openExample('fail-trap'), 'uncaught_exception'),
  GUEST_EXITED: async () => runFailing(await openExiting(), 'run', '3'),
  HOST_THREW: async () => runFailing(await openExample('fail-host'), 'rejects'),
  HOST_RESULT_TYPE: async () => runFailing(await openExample('fail-host'), 'wrong_i64'),
  HOST_SYNC_PROMISE: async () => runFailing(await openExample('fail-host'), 'sync_promise'),
  async SUSPEND_REFUSED() {
    const host = 'export default { env: {\n  call(callback) { callback() },\n  async wait() {} } }'
    const folder = await makeFolder({ 'guest.wat': DETOUR_GUEST, 'host.ts': host })
    const inspector = startInspector()
    const opened = valueOf(await inspector.open({ path: join(folder, 'guest.wat'), trustHost: true }))
    return runFailing(new TestSession(inspector, opened), 'run')
  },
  STACK_OVERRUN: () => overlapFailing(STACK_GUEST.replace('MAXIMUM', ''), '300000'),
  STACK_UNAVAILABLE: () => overlapFailing(STACK_GUEST.replace('MAXIMUM', '2'), '0'),
  async STACK_HIDDEN() {
    const named = await readFile(join(GUESTS_FOLDER, 'timers/timers.wasm'), 'latin1')
    const folder = await makeFolder({
      'timers.wasm': Buffer.from(named.replaceAll('__stack_pointer', '__stuck_pointer'), 'latin1'),
    })
    const { service, open } = startInspector()
    const { sessionId } = valueOf(await open({ path: join(folder, 'timers.wasm'), stubUnbound: true }))
    return valueOf(service.setInterleaved({ sessionId, interleaved: true })).warnings[0]!
  },
  async IN_FLIGHT_LIMIT() {
    const session = await openText(
      `(module
        (import "env" "many" (func $many)) (import "env" "wait" (func $wait))
        (func (export "run") (call $many)) (func (export "inner") (call $wait)))`,
      `export default (context: any) => ({ env: {
        wait: () => new Promise(() => {}),
        many: () => Promise.all(Array.from({ length: 26_000 }, () => context.exports.inner())),
      } })`,
    )
    return runFailing(session, 'run')
  },
  async CALL_STALLED() {
    const session = await openText(
      WAIT_GUEST.replace('(func (export', '(func $run (export'),
      'export default { env: { wait: () => new Promise((resolve) => setTimeout(resolve, 60_000)) } }',
    )
    const { service } = session.inspector
    valueOf(service.setLimits({ sessionId: session.sessionId, limits: { stallMs: 200 } }))
    session.start('run')
    return waitFor('the line', () => session.lines().find((line) => line.startsWith('CALL_STALLED')))
  },
  async DEADLOCK() {
    const session = await openExample('fail-host')
    session.start('never_settles')
    return waitFor('the line', () => session.lines().find((line) => line.startsWith('DEADLOCK')))
  },
  async SIGNAL_IGNORED() {
    const session = await openExample('fail-host')
    const run = session.start('never_settles')
    await waitFor('its suspension', () => session.rows().at(-1)?.suspended)
    await session.inspector.service.cancelRun({ runId: run.runId })
    return waitFor('the line', () => session.lines().find((line) => line.startsWith('SIGNAL_IGNORED')))
  },
  async CALL_CANCELLED() {
    const session = await openExample('fail-host')
    session.start('never_settles')
    const queued = session.start('never_settles')
    return valueOf(await session.inspector.service.cancelRun({ runId: queued.runId })).error!
  },
  async CALL_TIMED_OUT() {
    const session = await openExample('fail-host')
    const { sessionId, inspector } = session
    const request = { sessionId, exportName: 'never_settles', argumentTexts: [], timeoutMs: 500 }
    const error = (await session.ended(valueOf(inspector.service.startRun(request)))).error!
    // On a machine with too much to do, a worker that gets no time looks like one that computes.
    return { ...error, why: error.why.replace(' The guest was computing, so its worker was ended.', '') }
  },
  async SLICES_UNAVAILABLE() {
    const locals = `(local ${'i32 '.repeat(50_000)})`
    const guest = `(module (func (export "run") ${locals} (loop $again (br_if $again (i32.const 0)))))`
    const session = await openText(guest, null, { sliceMs: 10 })
    return session.info.warnings[0]!
  },
  async SLICES_OVERLAP() {
    const session = await openText('(module (func (export "run")))', null, { sliceMs: 10 })
    const { inspector, sessionId } = session
    return valueOf(inspector.service.setInterleaved({ sessionId, interleaved: true })).warnings[0]!
  },
  SESSION_NOT_FOUND: async () => errorOf(await startInspector().service.endSession({ sessionId: 'sum-1' })),
  SESSION_NOT_READY: () => startFailing('fail-unbound', 'run', '5'),
  async SESSION_ENDED() {
    const { inspector, sessionId } = await openExample('sum')
    await inspector.service.endSession({ sessionId })
    return errorOf(inspector.service.startRun({ sessionId, exportName: 'sum', argumentTexts: ['1'] }))
  },
  async SESSION_LIMIT() {
    // Sessions that wait for permission need no thread each.
    const folder = await makeFolder({ 'guest.wat': WAIT_GUEST, 'host.ts': 'export default {}' })
    const { service } = startInspector()
    for (;;) {
      const opened = await service.openFiles({ files: [{ path: join(folder, 'guest.wat') }] })
      // What the user dropped is named before the reason.
      if (!opened.ok) return opened.error
    }
  },
  RUN_NOT_FOUND: async () => errorOf(await startInspector().service.cancelRun({ runId: 'run-1' })),
  async CALL_NOT_FOUND() {
    const { inspector, sessionId } = await openExample('sum')
    return errorOf(inspector.service.readCall({ sessionId, callId: 7 }))
  },
  async WORKER_EXITED() {
    const session = await openText(WAIT_GUEST, 'export default { env: { wait() { process.exit(3) } } }')
    return runFailing(session, 'run')
  },
  async TRACE_LIMIT() {
    const temporaryFolder = join(await makeFolder(), 'missing')
    const session = await openExample('chatty', { traceLimitBytes: 1024 * 1024, temporaryFolder })
    const told = nextProblem(session.inspector, 'TRACE_LIMIT')
    session.start('call_sync', '100000')
    return told
  },
  async CALLS_LEFT_OUT() {
    const temporaryFolder = join(await makeFolder(), 'missing')
    const session = await openExample('chatty', { traceLimitBytes: 1024 * 1024, temporaryFolder })
    const { inspector, sessionId } = session
    valueOf(inspector.service.setKeepNewest({ sessionId, enabled: true }))
    // The first block has the call that makes all others: it stays until that has ended.
    await session.call('call_sync', '100000')
    return readError(session, 40_000)
  },
  async TRACE_WRITE_FAILED() {
    const folder = await makeFolder()
    const path = join(folder, 'missing/trace.jsonl')
    return printByCommandLine('run', join(GUESTS_FOLDER, 'sum/sum.wasm'), 'sum', '1', '--trace', path)
  },
  async SORT_TOO_LARGE() {
    const session = await openExample('chatty', { traceLimitBytes: 80_000 })
    await session.call('call_sync', '10000')
    const { inspector, sessionId } = session
    const order = { by: 'total', descending: true, callCount: 10_001 } as const
    return errorOf(
      await inspector.service.readSortedCalls({ sessionId, filterText: '', order, fromRow: 0, rowCount: 10 }),
    )
  },
  async TRACE_EXPORT_LOST() {
    const { inspector, sessionId } = await openExample('sum')
    return errorOf(inspector.service.exportTrace({ sessionId, format: 'speedscope', fromCallId: 2 }))
  },
  async TRACE_SEND_FAILED() {
    const session = await openExample('sum')
    await session.call('sum', '1')
    // Nothing listens there, and `fetch` allows it.
    return printByCommandLine('export', await save(session), '--otlp', 'http://127.0.0.1:4')
  },
  async SESSION_FILE_UNWRITABLE() {
    const folder = await makeFolder()
    const path = join(folder, 'missing/sum.jspi')
    return printByCommandLine('run', join(GUESTS_FOLDER, 'sum/sum.wasm'), 'sum', '1', '--session', path)
  },
  async SESSION_FILE_UNREADABLE() {
    const folder = await makeFolder()
    return printByCommandLine('stats', join(folder, 'missing.jspi'))
  },
  async UPLOAD_FAILED() {
    const temporaryFolder = join(await makeFolder(), 'missing')
    const { service } = startInspector({ temporaryFolder })
    return errorOf(await service.openFiles({ files: [{ name: 'sum.wasm', bytes: new Uint8Array(8) }] }))
  },
  async TRACE_MISSING() {
    const folder = await makeFolder({ 'guest.wat': '(module)', 'host.ts': 'export default {}' })
    const inspector = startInspector()
    const [info] = valueOf(
      await inspector.service.openFiles({ files: [{ path: join(folder, 'guest.wat') }] }),
    )
    const { sessionId } = info!
    return errorOf(await inspector.service.readSessionFile({ sessionId, offset: 0 }))
  },
  async SESSION_COPY_GONE() {
    const { inspector, sessionId } = await openExample('sum')
    return errorOf(await inspector.service.readSessionFile({ sessionId, offset: 0, copyId: 1 }))
  },
  async SESSION_FILE_INVALID() {
    const folder = await makeFolder({ 'trace.jspi': '{"v":1,"id":1}\n' })
    return errorOf(await startInspector().open({ path: join(folder, 'trace.jspi') }))
  },
  async SESSION_FILE_NEWER() {
    const folder = await makeFolder()
    const head = encodePart({ format: 'jspi-inspector session', version: 99, session: {} })
    const path = join(folder, 'future.jspi')
    await writeFile(path, encodeBlock(BLOCK_TYPES.head, 0, head))
    return errorOf(await startInspector().open({ path }))
  },
  async SESSION_FILE_DAMAGED() {
    const path = await saveSession()
    const bytes = await readFile(path)
    // In the middle of the calls, which take up most of the file.
    bytes[Math.floor(bytes.length / 2)]! ^= 1
    await writeFile(path, bytes)
    const session = await openSaved(path)
    return session.rows(0, 1).map(({ id }) => readError(session, id))[0]!
  },
  async SESSION_FILE_INCOMPLETE() {
    const session = await openText(
      WAIT_GUEST,
      'export default { env: { wait: () => new Promise(() => {}) } }',
    )
    session.start('run')
    await waitFor('the suspension', () => session.rows()[1]?.suspended)
    const opened = await openSaved(await save(session))
    return readError(opened, 1)
  },
  async SESSION_FILE_CUT() {
    const path = await saveSession()
    const bytes = await readFile(path)
    // A block that was begun, and not finished.
    await writeFile(path, Buffer.concat([bytes, bytes.subarray(0, 100)]))
    const session = await openSaved(path)
    return waitFor('the warning', () => session.info.warnings[0])
  },
  async SESSION_FILE_BEING_READ() {
    const { inspector, sessionId } = await openSaved(await writeCutSession(500_000))
    return errorOf(inspector.service.exportTrace({ sessionId, fromCallId: 1 }))
  },
  async SESSION_ARCHIVED() {
    const { inspector, sessionId } = await openSaved(await saveSession())
    return errorOf(await inspector.service.reloadSession({ sessionId }))
  },
  async SETTINGS_WRITE_FAILED() {
    const folder = await makeFolder({ settings: 'a file where the folder should be' })
    const saved = await Settings.load(join(folder, 'settings')).saveLayout({ sidebarVisible: true })
    return errorOf(saved)
  },
  MESSAGE_INVALID: () =>
    sendRaw(startInspector(), [{ m: 'readCalls', a: [{ sessionId: 'sum-1', fromRow: -1, rowCount: 50 }] }]),
  async MESSAGE_TOO_LARGE() {
    const { referToFiles } = await importRenderer('state/opening.ts')
    const file = { name: 'a.wasm', size: 200 * 1024 * 1024, arrayBuffer: async () => new ArrayBuffer(0) }
    return errorOf((await referToFiles!([file, file])) as Result<unknown>)
  },
  MESSAGE_RATE: () =>
    sendRaw(
      startInspector(),
      Array.from({ length: 3 * MESSAGE_BURST }, () => ({ m: 'attach', a: [] })),
    ),
  FUNCTION_UNKNOWN: () => sendRaw(startInspector(), [{ m: 'openWindow', a: [] }]),
  async CONNECTION_LOST() {
    // The page's own address and no server behind it.
    Object.assign(globalThis, { window: {}, location: { hash: '#token=none', host: '127.0.0.1:9' } })
    const { connectBackend } = await importRenderer('backend/connect.ts')
    const backend = connectBackend!() as { call: { attach(): Promise<Result<unknown>> } }
    return errorOf(await backend.call.attach())
  },
  async NOT_BUILT() {
    const rendererFolder = await makeFolder()
    return errorOf(await startBrowserDoor({ inspector: startInspector(), rendererFolder }))
  },
  async PORT_IN_USE() {
    const rendererFolder = await makeFolder({ 'index.html': '' })
    const inspector = startInspector()
    const first = valueOf(await startBrowserDoor({ inspector, rendererFolder }))
    const port = Number(new URL(first.url).port)
    const error = errorOf(await startBrowserDoor({ inspector, rendererFolder, port }))
    await first.close()
    return { ...error, why: error.why.replace(String(port), '8080') }
  },
  ASSOCIATION_FAILED: async () =>
    errorOf(changeAssociations({ verb: 'associate', removes: false }, findProgramPaths(), 'darwin')),
  USAGE: async () => errorOf(parseCommandLine(['run', 'sum.wasm', '--timeout', 'soon'], '0.1.0')),
  async INTERNAL() {
    const inspector = startInspector()
    const service = {
      ...inspector.service,
      attach(): never {
        throw new Error('not expected by anybody')
      },
    }
    return sendRaw({ ...inspector, service }, [{ m: 'attach', a: [] }])
  },
}

/** What is printed about a failure, with a reader's folders in place of those used here. */
export function printedForm(failure: InspectorError | string): string {
  let text = typeof failure === 'string' ? failure : formatError(failure)
  for (const [folder, shown] of usedFolders) text = text.replaceAll(folder, shown)
  return text
}
