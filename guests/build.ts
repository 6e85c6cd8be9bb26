/**
 * Builds every guest from its source where the tools for its language are installed, and says how to get the
 * others. Run it with `npm run guests`; with `-- --check` it writes nothing and only compares.
 * The exit status is 1 when a guest did not build although its tools are there, or when a check finds a
 * difference, and otherwise 0.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { listGuests } from './toolchains.ts'
import type { FoundToolchain, Guest, Toolchain } from './toolchains.ts'

const checkOnly = process.argv.includes('--check')

/**
 * Builds a guest aside, and moves what differs into its folder only when all went well.
 * Returns the names of the files that differ.
 */
async function rebuild(guest: Guest, tools: FoundToolchain): Promise<string[]> {
  const outputFolder = await mkdtemp(path.join(tmpdir(), 'guest-'))
  try {
    await tools.build(guest.folder, outputFolder)
    const outputs = (await readdir(outputFolder)).filter((output) => output.startsWith(`${guest.name}.wasm`))
    const changed: string[] = []
    for (const output of outputs) {
      const built = await readFile(path.join(outputFolder, output))
      const kept = await readFile(path.join(guest.folder, output)).catch(() => undefined)
      if (kept !== undefined && built.equals(kept)) continue
      changed.push(output)
      if (checkOnly) continue
      // Written rather than copied: a linker makes its output executable.
      await writeFile(path.join(guest.folder, output), built)
    }
    return changed
  } finally {
    await rm(outputFolder, { recursive: true })
  }
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

const found = new Map<Toolchain, FoundToolchain | undefined>()
for (const { name, folder, toolchain } of await listGuests()) {
  if (!found.has(toolchain)) found.set(toolchain, await toolchain.find())
  const tools = found.get(toolchain)
  if (tools === undefined) {
    print(`${name}: not built, the tools for ${toolchain.language} are missing`)
    continue
  }
  try {
    const changed = await rebuild({ name, folder, toolchain }, tools)
    const what = checkOnly ? 'differs from its source' : 'changed'
    print(`${name}: ${changed.length === 0 ? 'unchanged' : `${what}: ${changed.join(', ')}`}`)
    if (checkOnly && changed.length > 0) process.exitCode = 1
  } catch (error) {
    print(`${name}: failed`, String(error))
    process.exitCode = 1
  }
}

for (const [{ language, committedVersion, howToGet }, tools] of found) {
  if (tools === undefined) {
    print('', `How to get the tools for ${language}:`, ...howToGet.map((line) => `  ${line}`))
  } else if (committedVersion !== undefined && tools.version !== committedVersion) {
    print('', `${language}: built with ${tools.version}, committed with ${committedVersion}.`)
    print('Other bytes may be due to that alone.')
  }
}
