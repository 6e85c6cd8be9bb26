/** Explains why the engine could not suspend a guest, from the stack of its SuspendError. */
import { fileURLToPath } from 'node:url'
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError } from '../contract/result.ts'
import { TRAMPOLINE_MODULE_NAME } from '../wasm/trampolines.ts'

/** `at name (place)` or `at place`; V8's own functions have the place `<anonymous>`. */
const NAMED_FRAME = /^\s+at (?:async )?(.+) \((.+)\)$/
const NAMELESS_FRAME = /^\s+at (?:async )?(.+)$/
const SCRIPT_PLACE = /^(.+):(\d+):(\d+)$/
const GUEST_PLACE = /^(wasm:\/\/.*):wasm-function\[(\d+)\]/
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** A suspension that the engine refused. */
export interface RefusedSuspension {
  /** The import that was to suspend the guest; null where its slice of time was over. */
  importName: string | null
  /** The name under which the guest exports a function, by its index; null where it does not. */
  findExport: (functionIndex: number) => string | null
}

interface Frame {
  name: string | null
  place: string
  /** Of a frame of WebAssembly. */
  code: { module: string; functionIndex: number } | null
}

/**
 * SUSPEND_REFUSED with what stood in the way: the functions of JavaScript between two of the guest's, or that no
 * call that can be suspended is below. `message` and `stack` are the SuspendError's.
 */
export function explainSuspendRefused(
  refused: RefusedSuspension | null,
  { message, stack }: { message: string; stack: string },
): InspectorError {
  const waiting = refused === null ? 'An import' : (refused.importName ?? 'The end of a slice')
  const frames = stack.split('\n').flatMap((line) => parseFrame(line) ?? [])
  const inner = frames.findIndex(({ code }) => code !== null)
  if (inner < 0) return makeError('SUSPEND_REFUSED', { why: `${waiting}: ${message}.`, cause: stack })

  const rest = frames.slice(inner)
  const called = takeWhile(rest, ({ code }) => code !== null)
  const between = takeWhile(rest.slice(called.length), ({ code }) => code === null)
  const outer = rest[called.length + between.length]
  // What called the import is the guest; a module of the host's own may have called that.
  const { module } = called[0]!.code!
  const nameCode = ({ name, code }: Frame): string =>
    name ??
    (code!.module === module ? refused?.findExport(code!.functionIndex) : null) ??
    `function ${code!.functionIndex}`
  const callee = nameCode(called.at(-1)!)
  const guest = called.findLast(({ code }) => code!.module === module)!
  const isImport = refused === null || refused.importName !== null
  // At the end of a slice the innermost function is one that was added to the guest.
  const suspended = `${waiting} was to suspend ${nameCode(isImport ? called[0]! : guest)}`
  const isPromising = !/promising/.test(message)
  const why = isPromising
    ? `${suspended}, and JavaScript stands between ${callee} and ${outer ? nameCode(outer) : 'its caller'}: ${nameScripts(between)}.`
    : `${suspended}, but ${nameScripts(between)} called ${callee} directly, as a plain function.`
  const exported = refused?.findExport(guest.code!.functionIndex) ?? null
  const call =
    exported === null
      ? `Export ${nameCode(guest)} and call it by await context.exports.name()`
      : `Call it by await context.exports${formatMember(exported)}()`
  const sync = isImport
    ? `, or mark ${refused?.importName ?? 'the import'} with sync() if it need not wait`
    : ''
  const fix = `${call}${sync}.`
  const location = findLocation(between)
  return makeError('SUSPEND_REFUSED', { why, fix, cause: stack, ...(location ? { location } : {}) })
}

/** Null for what is no frame, and for frames that host code does not know of, such as Node's own. */
function parseFrame(line: string): Frame | null {
  const named = NAMED_FRAME.exec(line)
  const place = named?.[2] ?? NAMELESS_FRAME.exec(line)?.[1]
  if (place === undefined || place.startsWith('node:') || place.includes(TRAMPOLINE_MODULE_NAME)) return null
  const [, module, functionIndex] = GUEST_PLACE.exec(place) ?? []
  const code = module === undefined ? null : { module, functionIndex: Number(functionIndex) }
  return { name: named?.[1] ?? null, place, code }
}

function takeWhile<Value>(values: readonly Value[], isTaken: (value: Value) => boolean): Value[] {
  const end = values.findIndex((value) => !isTaken(value))
  return end < 0 ? [...values] : values.slice(0, end)
}

function formatMember(name: string): string {
  return IDENTIFIER.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}

/** The innermost function, and the one that called it where the engine's own have no place to show. */
function nameScripts(frames: readonly Frame[]): string {
  const [innermost, caller] = frames
  if (innermost === undefined) return 'the event loop'
  const name = (frame: Frame): string => frame.name ?? 'a function without a name'
  const isBuiltIn = !SCRIPT_PLACE.test(innermost.place)
  return isBuiltIn && caller ? `${name(innermost)}, called by ${name(caller)}` : name(innermost)
}

function findLocation(frames: readonly Frame[]): InspectorError['location'] | null {
  for (const { place } of frames) {
    const [, file, line, column] = SCRIPT_PLACE.exec(place) ?? []
    if (file === undefined) continue
    const path = file.startsWith('file:') ? fileURLToPath(file) : file
    return { file: path, line: Number(line), column: Number(column) }
  }
  return null
}
