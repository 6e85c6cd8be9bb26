import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { listGuests } from '../../guests/toolchains.ts'
import type { FoundToolchain, Toolchain } from '../../guests/toolchains.ts'

const guests = await listGuests()
const found = new Map<Toolchain, FoundToolchain | undefined>()
for (const { toolchain } of guests) {
  if (!found.has(toolchain)) found.set(toolchain, await toolchain.find())
}

/** Why the bytes of a rebuild cannot be compared on this machine, if they cannot. */
function explainSkip({ language, committedVersion }: Toolchain, tools: FoundToolchain | undefined) {
  if (tools === undefined) return `the tools for ${language} are missing`
  if (committedVersion === undefined || committedVersion === tools.version) return undefined
  return `${tools.version} is not the ${committedVersion} that built the committed file`
}

describe('a rebuild gives the committed bytes', () => {
  for (const { name, folder, toolchain } of guests) {
    const tools = found.get(toolchain)
    const reason = explainSkip(toolchain, tools)
    it(name, async (context) => {
      if (reason !== undefined) context.skip(`not rebuilt, since ${reason}`)
      if (tools === undefined) throw new Error('A test that needs tools ran without them.')
      const outputFolder = await mkdtemp(path.join(tmpdir(), 'rebuild-'))
      try {
        // From a copy: where the sources are must not show in the bytes.
        const copiedFolder = path.join(outputFolder, 'copy', name)
        await cp(folder, copiedFolder, { recursive: true })
        await tools.build(copiedFolder, outputFolder)
        const outputs = await readdir(outputFolder)
        const committed = outputs.filter((output) => output.startsWith(`${name}.wasm`))
        expect(committed).toContain(`${name}.wasm`)
        for (const output of committed) {
          const [built, kept] = await Promise.all(
            [outputFolder, folder].map((place) => readFile(path.join(place, output))),
          )
          expect(built?.equals(kept ?? Buffer.of()), `${output} differs from its source`).toBe(true)
        }
      } finally {
        await rm(outputFolder, { recursive: true })
      }
    })
  }
})

it('says how to get the tools that are missing, and compares the others', async () => {
  const script = path.join(import.meta.dirname, '../../guests/build.ts')
  // No compiler is found without a PATH; those that npm installs are not looked for there.
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--check'], { env: { PATH: '' } })
  expect(stdout).toContain('timers: not built, the tools for C are missing')
  expect(stdout).toContain('How to get the tools for C:\n  Debian, Ubuntu: apt install clang lld')
  expect(stdout).toContain('values: unchanged')
  expect(stdout).toContain('word-count: unchanged')
})
