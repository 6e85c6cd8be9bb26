import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from './build.ts'
import { makeFolder, runProgram } from './program.ts'

beforeAll(ensureBuilt)

/** `deep` calls itself so many times, and an import at the end. */
const GUEST = `(module
  (import "env" "bottom" (func $bottom (result i32)))
  (func $deep (export "deep") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
      (else (call $bottom)))))`
const HOST = 'export default { env: { bottom: () => new Promise((resolve) => setTimeout(resolve, 1, 0)) } }'

async function runDeep(depth: number, ...options: string[]) {
  const folder = makeFolder()
  await writeFile(join(folder, 'guest.wat'), GUEST)
  await writeFile(join(folder, 'host.ts'), HOST)
  return runProgram(['run', join(folder, 'guest.wat'), 'deep', String(depth), ...options])
}

describe('--stack-limit', () => {
  test.each([
    ['more', 200_000, '64MiB'],
    ['a gigabyte', 200_000, '1GiB'],
    ['the least', 100, '128KiB'],
  ])('gives calls %s', async (_, depth, limit) => {
    const { status, stdout } = await runDeep(depth, '--stack-limit', limit)
    expect([status, stdout]).toEqual([0, `wasm said: ${depth}\n`])
  })

  test.each([
    ['984 KiB', 200_000, []],
    ['128 KiB', 10_000, ['--stack-limit', '128KiB']],
    ['4 MiB', 200_000, ['--stack-limit=4096KiB']],
  ])('is named where it was not enough: %s', async (size, depth, options) => {
    const { status, stderr } = await runDeep(depth, ...options)
    expect(status).toBe(1)
    expect(stderr).toContain(
      `Trap: stack overflow. Look for a recursion that does not end, or give it more stack: a call has ${size} (--stack-limit).`,
    )
  })
})
