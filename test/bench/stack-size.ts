/**
 * How deep a guest gets on the stack of a worker and on that of a suspendable call, by the sizes that can be set:
 * `npm run bench:stack-size`, or with V8's flags in front of the file.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { parseWat } from '../../main/wasm/wat.ts'

const GUEST = `(module
  (global $depth (export "depth") (mut i32) (i32.const 0))
  (func $deeper (export "deeper") (global.set $depth (i32.add (global.get $depth) (i32.const 1))) (call $deeper)))`
const WORKER_STACKS_MEBIBYTES = [1, 4, 16]

if (isMainThread) {
  const parsed = await parseWat(GUEST, 'guest.wat')
  if (!parsed.ok) throw new Error(parsed.error.message)
  for (const stackSizeMb of WORKER_STACKS_MEBIBYTES) {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: parsed.value,
      resourceLimits: { stackSizeMb },
    })
    const [plain, suspendable] = await new Promise<number[]>((done, fail) => {
      worker.once('message', done)
      worker.once('error', fail)
    })
    process.stdout.write(
      `stackSizeMb ${stackSizeMb}: ${plain} frames in a plain call, ${suspendable} in a suspendable one\n`,
    )
  }
} else {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(workerData as Uint8Array<ArrayBuffer>))
  const depth = instance.exports['depth'] as WebAssembly.Global
  const deeper = instance.exports['deeper'] as () => void
  const measure = async (call: () => unknown): Promise<number> => {
    depth.value = 0
    try {
      await call()
    } catch {
      // The stack is full, which is what was asked.
    }
    return depth.value as number
  }
  parentPort!.postMessage([await measure(deeper), await measure(WebAssembly.promising!(deeper))])
}
