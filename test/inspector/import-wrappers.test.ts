import { expect, test } from 'vitest'
import { keepImportWrappers } from '../../main/inspector/import-wrappers.ts'
import { readModule } from '../../main/wasm/read-module.ts'
import { buildModule } from '../wasm/modules.ts'

// What it is for happens once in thousands of sessions, so that no test waits for it.
test('imports of every type are used, or left out where nobody here can make their values', async () => {
  const read = readModule(
    await buildModule(`(module
      (type $own (struct (field i32)))
      (import "env" "none" (func))
      (import "env" "numbers" (func (param i32 i64 f32 f64) (result i64)))
      (import "env" "same" (func (param i32 i64 f32 f64) (result i64)))
      (import "env" "several" (func (result i32 externref f64)))
      (import "env" "required" (func (param (ref extern))))
      (import "env" "own" (func (param (ref null $own))))
      (import "env" "vector" (func (param v128)))
      (import "env" "memory" (memory 1)))`),
  )
  if (!read.ok) throw new Error(read.error.message)
  await expect(keepImportWrappers(read.value)).resolves.toBeUndefined()
  // They are kept already.
  await expect(keepImportWrappers(read.value)).resolves.toBeUndefined()
})
