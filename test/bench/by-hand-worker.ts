/** What recording by hand costs: the same guest on bare V8, with nothing, a message or a printed line per call. */
import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

/** What a handler does before it returns: a promise that has its result already, or a turn of the event loop. */
export type Wait = 'nothing' | 'promise' | 'turn'

const { bytes, count, recording, isSuspending, wait } = workerData as {
  bytes: Uint8Array
  count: number
  recording: 'nothing' | 'message' | 'console'
  isSuspending: boolean
  wait: Wait
}

const handlers = {
  nothing: (n: number) => n + 1,
  message: (n: number) => {
    parentPort!.postMessage({
      id: n,
      name: 'env.next',
      params: [n],
      results: [n + 1],
      startNs: performance.now(),
    })
    return n + 1
  },
  console: (n: number) => {
    // oxlint-disable-next-line no-console -- its cost is what is measured
    console.log('env.next', [n], 'returned', n + 1, performance.now())
    return n + 1
  },
}

const atOnce = handlers[recording]
const waiting = {
  nothing: atOnce,
  promise: async (n: number) => atOnce(n),
  turn: async (n: number) => (await setImmediate(), atOnce(n)),
}
const handler = waiting[wait]
const next = isSuspending ? new WebAssembly.Suspending!(handler as never) : handler
const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { next } })
const run = WebAssembly.promising!(instance.exports['run'])

// Once to let the engine compile what is hot.
await run(Math.min(count, 20_000))
const startMs = performance.now()
await run(count)
// Handed over to whoever prints it: what is still in a buffer has not been paid for.
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
parentPort!.postMessage({ elapsedNs: (performance.now() - startMs) * 1e6 })
