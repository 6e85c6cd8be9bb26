import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './paths.ts'
import { printHeading } from './report.ts'
import type { Command, Step } from './steps.ts'

/** What became of a step. */
export interface StepOutcome {
  name: string
  ok: boolean
  seconds: number
}

/** Runs steps one after the other, and all programs of each, whatever fails. Their output goes to the terminal. */
export async function runSteps(steps: Step[]): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = []
  for (const { name, commands } of steps) {
    printHeading(name)
    const startMs = performance.now()
    let ok = true
    for (const command of commands) {
      const failure = await run(command).catch(String)
      if (failure === null) continue
      ok = false
      const line = [command.program ?? command.packageName, ...command.texts].join(' ')
      process.stdout.write(`FAILED: ${line}: ${failure}\n`)
    }
    outcomes.push({ name, ok, seconds: (performance.now() - startMs) / 1000 })
  }
  return outcomes
}

/** How a program ended, if not well. Rejects if it does not start. */
async function run(command: Command): Promise<string | null> {
  const script = await findProgram(command)
  const child = spawn(process.execPath, [script, ...command.texts], { cwd: ROOT, stdio: 'inherit' })
  const [status, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return status === 0 ? null : signal ? `signal ${signal}` : `status ${status}`
}

/** The script itself rather than npm's link to it, which on Windows is a batch file. */
async function findProgram({ packageName, program = packageName }: Command): Promise<string> {
  const folder = join(ROOT, 'node_modules', packageName)
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>
  }
  const file = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[program]
  if (!file) throw new Error(`The package ${packageName} has no program ${program}.`)
  return join(folder, file)
}
