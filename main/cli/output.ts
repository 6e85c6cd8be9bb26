/** What the program says on the terminal. Results go to standard output, everything else to standard error. */
import { formatError } from '../contract/error-codes.ts'
import type { StackFrame } from '../contract/calls.ts'
import type { InspectorError } from '../contract/result.ts'
import { disarm } from './table.ts'

/** The program's exit statuses, beside 128 and the signal's number. */
export const STATUS = {
  ok: 0,
  /** The guest trapped, or a host function failed. */
  failed: 1,
  /** Wrong usage, or a guest that cannot be used. */
  unusable: 2,
  cancelled: 130,
} as const

/** Prints a line of what was asked for. */
export function printResult(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Prints a line about what is going on. */
export function printNotice(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Prints a failure: its line, and what lies underneath. */
export function printError(error: InspectorError): void {
  printNotice(disarmLines(formatError(error)))
  if (error.cause) printCause(error.cause)
}

/** Prints what lies underneath a failure. */
export function printCause(cause: string): void {
  printNotice(disarmLines(cause).replace(/^/gm, '    '))
}

/** Prints where in the guest a call failed, innermost frame first. */
export function printStack(stack: readonly StackFrame[]): void {
  for (const { functionName, offsetBytes, file, line, column, inlined } of stack) {
    const source = [file, line, column].filter((part) => part !== undefined).join(':')
    const place = source || `+0x${offsetBytes.toString(16)}`
    const text = `at ${functionName} (${place}${inlined ? ', inlined' : ''})`
    printNotice(`    ${disarm(text)}`)
  }
}

/** Several lines, each disarmed. */
function disarmLines(text: string): string {
  return text.split('\n').map(disarm).join('\n')
}

/** Ends the process when all that was printed has been written: pipes are written to in the background. */
export async function exitWhenWritten(status: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map((stream) => finishWriting(stream)))
  process.exit(status)
}

/** Ends the process quietly when the reader of its output is gone, as in `jspi-inspector run … | head -1`. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => process.exit(STATUS.failed))
  }
}

function finishWriting(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}
