import type { InspectorError } from './result.ts'

/**
 * Every expected failure, with the sentence that says what happened and the default advice. `docs/errors.md`
 * explains each at length; a test holds the two together.
 */
export const ERRORS = {
  GUEST_NOT_FOUND: ['The guest file does not exist.', 'Check the path, or drop the file on the window.'],
  GUEST_UNREADABLE: ['The guest file cannot be read.', 'Check its permissions, and that it is not locked.'],
  GUEST_IS_FOLDER: ['The guest is a folder.', 'Name the .wasm or .wat file inside it.'],
  GUEST_EMPTY: ['The guest file is empty.', 'Build the guest again.'],
  GUEST_TOO_LARGE: ['The guest file is too large.', 'Strip its debug information, or split the module.'],
  GUEST_NOT_WASM: [
    'The file is not a WebAssembly module.',
    'Drop a .wasm file (it begins with the bytes 00 61 73 6d) or a .wat file.',
  ],
  GUEST_TRUNCATED: ['The WebAssembly module ends too early.', 'Copy or build the file again.'],
  GUEST_MALFORMED: ['The WebAssembly module is not valid.', 'Build it again with a current toolchain.'],
  GUEST_IS_COMPONENT: [
    'The file is a WebAssembly component, not a core module.',
    'Drop the core module that the component was made of, for example the .wasm from before `wasm-tools component new`.',
  ],
  GUEST_NEEDS_FEATURE: [
    'The module needs a WebAssembly feature that this engine lacks.',
    'Build the guest without that feature, or run a newer engine.',
  ],
  GUEST_WAT_SYNTAX: ['The text module has a syntax error.', 'Correct the line that is named.'],
  DEBUG_FILE_UNREADABLE: [
    'The file with debug information cannot be read.',
    'Check the path and its permissions.',
  ],
  DEBUG_FILE_INVALID: [
    'The file has no debug information of a WebAssembly module.',
    'Choose the module as it was built with debug information (-g), from before it was stripped.',
  ],
  DEBUG_FILE_MISMATCH: [
    'The debug information is that of another build.',
    'Choose the file that was made together with this guest.',
  ],
  HOST_NOT_FOUND: ['The host module does not exist.', 'Check the path that --host names.'],
  HOST_WITHOUT_GUEST: [
    'A host module was opened without a guest.',
    'Open a guest first, or drop both together.',
  ],
  HOST_LOAD_FAILED: ['The host module does not load.', 'Correct the line that is named.'],
  HOST_WRONG_EXPORT: [
    'The host module exports the wrong thing.',
    'Export by default an import object, or a function of the context that returns one: export default ({ console }) => ({ env: { … } }).',
  ],
  HOST_NOT_TRUSTED: [
    'The host module has not been allowed to run.',
    'A host module runs with your rights. Allow it in the window if you know where it comes from.',
  ],
  HOST_IMPORT_UNUSED: [
    'The host module binds a function that the guest does not import.',
    'Remove it, or check the spelling of its module and name.',
  ],
  IMPORT_UNBOUND: [
    'The guest imports things that nobody binds.',
    'Add them to the host module, or give them stubs.',
  ],
  IMPORT_MISMATCH: [
    'An import is bound to something of the wrong kind or type.',
    'Bind a value of the type that is named.',
  ],
  STUB_INVALID: ['The stub does not fit the import.', 'Give as many values as the import has results.'],
  READING_INVALID: [
    'The readings of an import are not valid.',
    'Write them as docs/readings.md shows, for example utf8(0, 1).',
  ],
  FILTER_INVALID: [
    'The filter cannot be read.',
    'Write it as docs/filters.md shows, for example import:env.* suspended>5ms.',
  ],
  SQL_FAILED: ['The query cannot be answered.', 'Write one select over the tables that docs/sql.md lists.'],
  SQL_SEVERAL_STATEMENTS: [
    'The query is more than one statement, and none of them was run.',
    'Ask them one at a time.',
  ],
  SQL_TIMED_OUT: [
    'The query ran into its time limit.',
    'Ask for less at once, or raise the limit (--timeout).',
  ],
  SQL_CANCELLED: ['The query was cancelled.', 'Run it again if that was not meant.'],
  START_FAILED: ["The guest's start function failed.", 'See the trap or error that is named.'],
  INSTANTIATE_FAILED: ['The guest cannot be instantiated.', 'See the reason that the engine gives.'],
  LIMIT_EXCEEDED: [
    'The guest asks for more than its session allows.',
    'Raise the limit that is named, and reload.',
  ],
  LIMIT_BELOW_MAXIMUM: [
    'The guest may not grow as far as it declares.',
    'Growing further fails in the guest. Raise the limit that is named if it needs more.',
  ],
  EXPORT_NOT_FOUND: ['The guest has no such export.', 'Choose one of the exports that are listed.'],
  EXPORT_NOT_FUNCTION: ['The export is not a function.', 'Choose an exported function.'],
  ARGUMENT_COUNT: ['The number of arguments is wrong.', 'Give one argument for each parameter.'],
  ARGUMENT_TYPE: ['An argument does not fit its type.', 'Write it as the message shows.'],
  ARGUMENT_RANGE: ['An argument is out of range.', 'Choose a value inside the range that is named.'],
  TYPE_UNSUPPORTED: [
    'A value of this type cannot cross the JavaScript boundary.',
    'Export a wrapper that takes and returns numbers or references.',
  ],
  GUEST_TRAPPED: ['The guest trapped.', 'The trap names the reason; look at the call that led to it.'],
  GUEST_EXCEPTION: ['The guest threw an exception that nobody caught.', 'Catch it in the guest.'],
  GUEST_EXITED: [
    'The guest exited with a status that is not 0.',
    'Look at what it printed: a program reports a failure so.',
  ],
  HOST_THREW: ['A host function failed.', 'Correct the import handler, or let the guest expect the failure.'],
  HOST_RESULT_TYPE: [
    'An import handler returned a value of the wrong type.',
    'Return a value of the type that is named.',
  ],
  HOST_SYNC_PROMISE: [
    'A handler marked sync returned a promise.',
    'Take sync() away, so that the guest is suspended around it, or return a value.',
  ],
  SUSPEND_REFUSED: [
    'The guest could not be suspended.',
    'A JavaScript function stands between the export and the import. Call the guest through context.exports, and bind imports that must not suspend with sync().',
  ],
  SIGNAL_IGNORED: [
    'An import handler goes on although its call was cancelled.',
    'Give context.signal to what it awaits. Nobody waits for it; it still holds what it uses.',
  ],
  CALL_STALLED: [
    'A call has been waiting for long.',
    'Look at what its handler awaits, or cancel it. The time is a limit of the session.',
  ],
  DEADLOCK: [
    'The guest waits for something that nothing can bring about.',
    'Let the handler settle its promise, or cancel the call.',
  ],
  IN_FLIGHT_LIMIT: [
    'Too many calls of the guest are in flight.',
    'Await some of them before the host module calls further exports.',
  ],
  STACK_OVERRUN: [
    "The guest's call left the stack that it was given.",
    'Run such calls one at a time: each then has the whole stack of the instance.',
  ],
  STACK_UNAVAILABLE: [
    "The guest's memory has no room for the stack of another overlapping call.",
    'Give the guest a larger maximum memory, or run its calls one at a time.',
  ],
  STACK_HIDDEN: [
    'Overlapping calls may write over the stack that the guest keeps in its memory.',
    'Keep the name section of the module (do not strip it), or run its calls one at a time.',
  ],
  SLICES_UNAVAILABLE: [
    'The guest cannot be stopped while it computes.',
    'It runs without slices: to cancel it while it computes ends its worker.',
  ],
  SLICES_OVERLAP: [
    'Overlapping calls take turns in the middle of whatever the guest does.',
    'Keep both only for a guest that no call leaves in a state that another may not see; otherwise run its calls one at a time.',
  ],
  CALL_CANCELLED: ['The call was cancelled.', 'Run it again if that was not meant.'],
  CALL_TIMED_OUT: [
    'The call ran into its time limit.',
    'Raise the limit (--timeout), or look at what it waits for.',
  ],
  SESSION_NOT_FOUND: ['There is no such session.', 'It was closed. Open the guest again.'],
  SESSION_NOT_READY: ['The session cannot run calls now.', 'Look at its state; reload it if it has ended.'],
  SESSION_ENDED: ['The session has ended.', 'Reload it to run again; what it recorded stays.'],
  SESSION_LIMIT: ['Too many sessions are open.', 'Close one that you no longer need.'],
  RUN_NOT_FOUND: ['There is no such run.', 'It may have finished already.'],
  CALL_NOT_FOUND: ['There is no such call in the trace.', 'Read the rows again.'],
  WORKER_EXITED: [
    "The session's worker ended by itself.",
    'Look for process.exit() or an uncaught error in the host module; reload the session to go on.',
  ],
  WORKER_OUT_OF_MEMORY: [
    "The session's worker ran out of memory.",
    'Look for a leak in the host module; reload the session to go on.',
  ],
  TRACE_LIMIT: [
    'The trace has reached its limit.',
    'Close sessions, or export the trace and reload the session.',
  ],
  CALLS_LEFT_OUT: [
    'Calls were left out of the trace.',
    'To lose none, let the guest be slowed while the disk is behind, and see that there is a disk with room.',
  ],
  TRACE_WRITE_FAILED: [
    'The trace cannot be written.',
    'Check the disk and the path; the run went on without it.',
  ],
  SORT_TOO_LARGE: ['There are too many calls to sort.', 'Filter them first.'],
  TRACE_EXPORT_LOST: ['The export of the trace cannot go on.', 'Export it again.'],
  TRACE_SEND_FAILED: [
    'The calls cannot be sent to the collector.',
    'Check that it runs, and takes OTLP as JSON over HTTP at that address.',
  ],
  SESSION_FILE_UNWRITABLE: [
    'The session file cannot be written.',
    'Make room on the disk, or name another place.',
  ],
  SESSION_FILE_UNREADABLE: ['The session file cannot be read.', 'Check the path and its permissions.'],
  UPLOAD_FAILED: [
    'The file that was sent cannot be kept.',
    'Make room where temporary files go, and send it again.',
  ],
  TRACE_MISSING: ['The session has no trace yet.', 'Save it when its guest has been started.'],
  SESSION_COPY_GONE: [
    'The session file that is being saved is not kept any more.',
    'Save the session again.',
  ],
  SESSION_FILE_INVALID: ['The file is not a session file.', 'Open a file that the inspector saved.'],
  SESSION_FILE_NEWER: ['The session file is of a newer version.', 'Open it with a newer inspector.'],
  SESSION_FILE_DAMAGED: [
    'This call cannot be read from the session file.',
    'That part of the file is damaged. The other calls are as they were recorded.',
  ],
  SESSION_FILE_INCOMPLETE: [
    'How the call ended is not in the session file.',
    'It had not ended when the file was written. Its times go up to the last that the file knows.',
  ],
  SESSION_FILE_CUT: [
    'The end of the session file is missing or damaged.',
    'What could be read is shown. The inspector, or the disk, failed while it was written.',
  ],
  SESSION_FILE_BEING_READ: [
    'The session file is still being read.',
    'It has no index, because it was not closed. Wait until it has been read.',
  ],
  SESSION_ARCHIVED: [
    'The session was opened from a file, so nothing of it can run.',
    'Open its guest to run it again.',
  ],
  SETTINGS_WRITE_FAILED: ['The settings cannot be saved.', 'Check that the folder can be written.'],
  MESSAGE_INVALID: [
    'A message has the wrong shape.',
    'Reload the window. If it returns, report it as a bug.',
  ],
  MESSAGE_TOO_LARGE: ['A message is too large.', 'Send smaller files.'],
  MESSAGE_RATE: ['Too many messages arrived at once.', 'Send fewer messages a second.'],
  FUNCTION_UNKNOWN: [
    'The inspector has no such function.',
    'Reload the window: it may be of another version.',
  ],
  CONNECTION_LOST: [
    'The connection to the inspector was lost.',
    'Wait until the window is connected again, or start the inspector again.',
  ],
  JSPI_MISSING: [
    'This JavaScript engine lacks WebAssembly JSPI.',
    'Run on Node 24.20 or later, or on Electron 45 or later; `npm install` brings a fitting Node along.',
  ],
  NOT_BUILT: ['The inspector has not been built.', 'Run `npm run build` first.'],
  ELECTRON_MISSING: [
    "Electron's binary is not installed.",
    'Run `npx install-electron` where its download can be reached, or use the browser door: `jspi-inspector serve`.',
  ],
  ASSOCIATION_FAILED: [
    'The desktop cannot be told which files the inspector opens.',
    'Drop them on the window, or open them with `jspi-inspector open FILE`.',
  ],
  PORT_IN_USE: ['The port is in use.', 'Choose another with --port, or leave --port out.'],
  USAGE: ['The command line is wrong.', 'See `jspi-inspector --help`.'],
  INTERNAL: ['The inspector itself failed.', 'Please report this with the text below.'],
} as const satisfies Record<string, readonly [what: string, fix: string]>

/** A stable error code. */
export type ErrorCode = keyof typeof ERRORS

/** The particulars of one failure; what is left out comes from {@link ERRORS}. */
export type ErrorParticulars = Partial<Omit<InspectorError, 'code'>>

/** Makes the failure `code` with the particulars of this case. */
export function makeError(code: ErrorCode, particulars: ErrorParticulars = {}): InspectorError {
  const [what, fix] = ERRORS[code]
  return { code, what, why: '', fix, ...particulars }
}

/** One line for a console or terminal: `CODE: what why fix`. */
export function formatError(error: InspectorError): string {
  const place = error.location
    ? ` (${[error.location.file, error.location.line, error.location.column].filter((part) => part !== undefined).join(':')})`
    : ''
  return [`${error.code}: ${error.what}`, error.why, error.fix].filter(Boolean).join(' ') + place
}
