/**
 * Builds every guest from its source where the tools for its language are installed, and says how to get the
 * others. Run it with `npm run guests`.
 * The exit status is 1 when a guest did not build although its tools are there, and otherwise 0.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { listGuests } from './toolchains.ts'
import type { FoundToolchain, Guest, Toolchain } from './toolchains.ts'

/** Builds a guest aside, and moves it into its folder only when all went well. Says what became of it. */
async function rebuild(guest: Guest, tools: FoundToolchain): Promise<string> {
  const outputFolder = await mkdtemp(path.join(tmpdir(), 'guest-'))
  try {
    await tools.build(guest.folder, outputFolder)
    const fileName = `${guest.name}.wasm`
    const built = await readFile(path.join(outputFolder, fileName))
    const before = await readFile(path.join(guest.folder, fileName)).catch(() => undefined)
    const outputs = await readdir(outputFolder)
    for (const output of outputs.filter((name) => name.startsWith(fileName))) {
      // Written rather than copied: a linker makes its output executable.
      await writeFile(path.join(guest.folder, output), await readFile(path.join(outputFolder, output)))
    }
    const change = before === undefined ? 'new' : built.equals(before) ? 'unchanged' : 'changed'
    return `${built.byteLength.toLocaleString('en')} bytes, ${change}`
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
    print(`${name}: ${await rebuild({ name, folder, toolchain }, tools)}`)
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
