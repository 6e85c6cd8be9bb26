import { addSlicePoints } from '../../main/wasm/instrument/slice-points.ts'
import { makeSliceCheck, SLICE_CHECK_NAMES } from '../../main/wasm/instrument/slice-check.ts'
import { readModule } from '../../main/wasm/read-module.ts'

const { host, isOver, wait, check } = SLICE_CHECK_NAMES
const stops = { count: 0 }

/** How often guests have been stopped. */
export function countStops(): number {
  return stops.count
}

/** Instantiates a module with slice points, which is stopped for a turn whenever it comes to the host there. */
export async function instantiateSliced(
  bytes: Uint8Array<ArrayBuffer>,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.Instance> {
  const shape = readModule(bytes)
  if (!shape.ok) throw new Error(shape.error.message)
  const sliced = addSlicePoints(bytes, shape.value, 0)
  if (!sliced.ok) throw new Error(sliced.error)
  if (sliced.value === null) return WebAssembly.instantiate(await WebAssembly.compile(bytes), imports)
  const instance = await WebAssembly.instantiate(await WebAssembly.compile(sliced.value.bytes), imports)
  const table = instance.exports[sliced.value.tableExportName] as WebAssembly.Table
  const stop = (): Promise<void> => {
    stops.count++
    return new Promise((resolve) => setImmediate(resolve))
  }
  const members = { [isOver]: () => 1, [wait]: new WebAssembly.Suspending!(stop) }
  const checks = new WebAssembly.Instance(new WebAssembly.Module(makeSliceCheck()), {
    [host]: members,
  } as WebAssembly.Imports)
  table.set(0, checks.exports[check])
  return instance
}
