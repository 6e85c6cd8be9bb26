/** Everything that code in the worker prints goes to the session's console, in order with the calls. */
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { format } from 'node:util'
import { formatError } from '../contract/error-codes.ts'
import type { ConsoleLevel } from '../contract/traces.ts'
import type { HostConsole } from './api.ts'
import { describeThrown, isSuspendError } from './failures.ts'
import type { Recorder } from './recorder.ts'
import { explainSuspendRefused } from './suspend-refused.ts'

/** Makes the console that a host module's context offers. */
export function createHostConsole(recorder: Recorder): HostConsole {
  const print =
    (level: ConsoleLevel) =>
    (...values: unknown[]): void =>
      recorder.print('host', level, format(...values))
  return {
    log: print('log'),
    info: print('info'),
    warn: print('warn'),
    error: print('error'),
    debug: print('debug'),
  }
}

/**
 * Points the worker's global console, its standard streams and its uncaught errors at the session's console.
 * An error that nobody awaits must not end a debugging session.
 */
export function captureOutput(recorder: Recorder, hostConsole: HostConsole): void {
  const stream = (level: ConsoleLevel): Writable =>
    new Writable({
      decodeStrings: false,
      write(chunk: string | Buffer, _encoding, done) {
        recorder.print('host', level, String(chunk).replace(/\n$/, ''))
        done()
      },
    })
  // Methods such as table() and dir() print through the streams; the common ones keep their level.
  const captured = new Console({ stdout: stream('log'), stderr: stream('error') })
  globalThis.console = Object.assign(captured, hostConsole)
  for (const [output, level] of [
    [process.stdout, 'log'],
    [process.stderr, 'error'],
  ] as const) {
    const target = stream(level)
    output.write = ((chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      target.write(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))
      const done = rest.findLast((value) => typeof value === 'function')
      if (done) queueMicrotask(done as () => void)
      return true
    }) as typeof output.write
  }
  const report = (kind: string) => (thrown: unknown) => {
    const { message, cause } = describeThrown(thrown)
    const explained = isSuspendError(thrown)
      ? `${formatError(explainSuspendRefused(null, { message, stack: cause }))}\n`
      : ''
    recorder.print('session', 'error', `${kind} in the host module: ${explained}${cause}`)
  }
  process.on('uncaughtException', report('Uncaught error'))
  process.on('unhandledRejection', report('Unhandled rejection'))
}
