/** What a session says of itself that `writeSession` writes: of a guest that is made for it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseWat } from '../../main/wasm/wat.ts'
import { createBenchInspector } from './inspector.ts'

/** What `writeSession` says was called. */
const GUEST = `(module
  (import "env" "read" (func $read (param i32 i32) (result i32)))
  (func (export "run") (param i32 i32) (result i32) (call $read (local.get 0) (local.get 1))))`

/** What a session of the guest says of itself. */
export async function describeGuest(folder: string): Promise<() => unknown> {
  const path = join(folder, 'guest.wasm')
  const hostPath = join(folder, 'guest.ts')
  const bytes = await parseWat(GUEST, 'guest.wat')
  if (!bytes.ok) throw new Error(bytes.error.message)
  await writeFile(path, bytes.value)
  await writeFile(hostPath, 'export default { env: { read: () => 0 } }')
  const inspector = createBenchInspector()
  const opened = await inspector.open({ path, hostPath })
  await inspector.close()
  if (!opened.ok) throw new Error(opened.error.why)
  const { node: nodeVersion, v8: v8Version } = process.versions
  return () => ({ info: opened.value, guestHash: '', version: 'bench', nodeVersion, v8Version })
}
