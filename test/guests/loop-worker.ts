/**
 * Calls an export of `fail-loop` on a thread that can be ended from outside. Counts in shared memory, since
 * a thread in an endless loop sends no messages: [0] is 1 once it has begun, [1] is the number of calls.
 */
import { readFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'

const { name, counter } = workerData as { name: string; counter: Int32Array }
const { Suspending, promising } = WebAssembly
if (Suspending === undefined || promising === undefined) throw new Error('No promise integration.')

const count = () => void Atomics.add(counter, 1, 1)
const bytes = await readFile(new URL('../../guests/fail-loop/fail-loop.wasm', import.meta.url))
const imports = { env: { tick_sync: count, tick_async: new Suspending(async () => count()) } }
const { exports } = await WebAssembly.instantiate(
  await WebAssembly.compile(bytes),
  imports as object as WebAssembly.Imports,
)
Atomics.store(counter, 0, 1)
await promising(exports[name])()
parentPort?.postMessage('returned')
