/** Explains why the engine could not suspend a guest, from the stack of its SuspendError. */
import { fileURLToPath } from 'node:url'
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError } from '../contract/result.ts'
import { TRAMPOLINE_MODULE_NAME } from '../wasm/trampolines.ts'

/** `at name (place)` or `at place`; V8's own functions have the place `<anonymous>`. */
const NAMED_FRAME = /^\s+at (?:async )?(.+) \((.+)\)$/
const NAMELESS_FRAME = /^\s+at (?:async )?(.+)$/
const SCRIPT_PLACE = /^(.+):(\d+):(\d+)$/
const GUEST_PLACE = /^wasm:\/\/.*:wasm-function\[(\d+)\]/

interface Frame {
  name: string | null
  place: string
  /** Of a frame of WebAssembly. */
  functionIndex: string | null
}

/**
 * SUSPEND_REFUSED with what stood in the way: the functions of JavaScript between two of the guest's, or that no
 * call that can be suspended is below. `importName` is the import that was to suspend it, where that is known;
 * `message` and `stack` are the SuspendError's.
 */
export function explainSuspendRefused(
  importName: string | null,
  { message, stack }: { message: string; stack: string },
): InspectorError {
  const frames = stack.split('\n').flatMap((line) => parseFrame(line) ?? [])
  const inner = frames.findIndex(({ functionIndex }) => functionIndex !== null)
  const first = frames.findIndex(({ functionIndex }, index) => index > inner && functionIndex === null)
  const waiting = importName ?? 'An import'
  if (inner < 0 || first < 0) {
    return makeError('SUSPEND_REFUSED', { why: `${waiting}: ${message}.`, cause: stack })
  }
  const beyond = frames.findIndex(({ functionIndex }, index) => index > first && functionIndex !== null)
  const between = frames.slice(first, beyond < 0 ? undefined : beyond)
  const location = findLocation(between)
  const callee = nameGuestFunction(frames[first - 1]!)
  const chain = nameScripts(between)
  const outer = beyond < 0 ? null : nameGuestFunction(frames[beyond]!)
  const isPromising = !/promising/.test(message)
  const why = isPromising
    ? `${waiting} was to suspend ${nameGuestFunction(frames[inner]!)}, and JavaScript stands between ${callee}` +
      `${outer === null ? ' and its caller' : ` and ${outer}`}: ${chain}.`
    : `${waiting} was to suspend ${nameGuestFunction(frames[inner]!)}, but ${chain} called ${callee} directly, as a plain function.`
  const fix =
    `Export ${callee} and call it by await context.exports.name(), or mark ` +
    `${importName ?? 'the import'} with sync() if it need not wait.`
  return makeError('SUSPEND_REFUSED', { why, fix, cause: stack, ...(location ? { location } : {}) })
}

/** Null for what is no frame, and for frames that host code does not know of. */
function parseFrame(line: string): Frame | null {
  const named = NAMED_FRAME.exec(line)
  const place = named?.[2] ?? NAMELESS_FRAME.exec(line)?.[1]
  if (place === undefined || place.includes(TRAMPOLINE_MODULE_NAME)) return null
  return { name: named?.[1] ?? null, place, functionIndex: GUEST_PLACE.exec(place)?.[1] ?? null }
}

function nameGuestFunction({ name, functionIndex }: Frame): string {
  return name ?? `function ${functionIndex}`
}

/** The innermost function, and the one that called it where the engine's own have no place to show. */
function nameScripts(frames: readonly Frame[]): string {
  const [innermost, caller] = frames
  const name = (frame: Frame): string => frame.name ?? 'a function without a name'
  const isBuiltIn = innermost !== undefined && !SCRIPT_PLACE.test(innermost.place)
  return isBuiltIn && caller ? `${name(innermost)}, called by ${name(caller)}` : name(innermost!)
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
