import { openAsBlob } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GUEST_SIZE_LIMIT_BYTES } from '../../../main/contract/schemas.ts'
import { FILE_SIZE_LIMIT_BYTES, referToFiles } from '../../../renderer/state/opening.ts'
import { createFolder, errorOf, valueOf } from '../../support/inspector.ts'

test('a file whose path is known is named by it, and not read', async () => {
  const files = [new File(['guest'], 'sum.wasm'), new File(['host'], 'host.ts')]
  const references = valueOf(await referToFiles(files, (file) => `/guests/${file.name}`))
  expect(references).toEqual([{ path: '/guests/sum.wasm' }, { path: '/guests/host.ts' }])
})

test('without a path its content is sent', async () => {
  const files = [new File([Uint8Array.of(0, 97, 115, 109)], 'sum.wasm')]
  expect(valueOf(await referToFiles(files))).toEqual([
    { name: 'sum.wasm', bytes: Uint8Array.of(0, 97, 115, 109) },
  ])
  expect(valueOf(await referToFiles(files, () => ''))).toHaveLength(1)
})

test.each(['readme.txt', 'wasm', 'sum.wasm.gz'])('%s is refused before it is read', async (name) => {
  const error = errorOf(await referToFiles([new File(['x'], name)], () => '/some/path'))
  expect(error.code).toBe('GUEST_NOT_WASM')
  expect(error.why).toContain(name)
})

test('endings count in any case', async () => {
  expect((await referToFiles([new File(['x'], 'SUM.WASM')])).ok).toBe(true)
})

test('a file above the limit of the contract is refused before it is read', async () => {
  expect(FILE_SIZE_LIMIT_BYTES).toBe(GUEST_SIZE_LIMIT_BYTES)
  const large = new File([], 'large.wasm')
  Object.defineProperty(large, 'size', { value: GUEST_SIZE_LIMIT_BYTES + 1 })
  expect(errorOf(await referToFiles([large])).code).toBe('GUEST_TOO_LARGE')
})

test('a file that is gone before it is read gives a failure', async () => {
  const folder = await createFolder()
  const path = join(folder, 'gone.wasm')
  await writeFile(path, 'guest')
  const file = Object.assign(await openAsBlob(path), { name: 'gone.wasm', lastModified: 0 })
  await rm(path)
  const error = errorOf(await referToFiles([file as unknown as File]))
  expect(error.code).toBe('GUEST_UNREADABLE')
  expect(error.why).toContain('gone.wasm')
})
