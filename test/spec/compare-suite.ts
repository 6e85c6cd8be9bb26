/** Compares what V8 alone and the host's wrapping make of the scripts of a folder. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { addSlicePoints, SLICE_COUNT } from '../../main/wasm/instrument/slice-points.ts'
import { liftStart } from '../../main/wasm/rewrite-module.ts'
import { readModule } from '../../main/wasm/read-module.ts'
import type { CallCounts } from './boundary.ts'
import { createBareEngine, HostEngine } from './engines.ts'
import type { Verdict } from './run-script.ts'
import { ModuleEncoder, runScript } from './run-script.ts'
import type { Command } from './script-commands.ts'
import { readCommands } from './script-commands.ts'

/** The commands of one kind of script (a folder of the suite). */
export interface Tally {
  scripts: number
  commands: number
  /** The same on V8 alone and through the host: as the suite asserts, or not. */
  passedByBoth: number
  failedByBoth: number
  differ: number
}

/** A command on which V8 fails, or the two differ. */
export interface Finding {
  place: string
  kind: string
  bare: string
  host: string
}

/** The result over all scripts. */
export interface SuiteComparison {
  tallies: Map<string, Tally>
  differences: Finding[]
  failures: Finding[]
  /** Valid modules, those of them with a start function, and what is wrong with any. */
  validModules: number
  startModules: number
  unreadable: { place: string; reason: string }[]
  /** Trap names of the host that are not the suite's, with how often. */
  otherTrapNames: Map<string, number>
  sameTrapNames: number
  /** Trap names that the host tells where V8's messages say less, with how often. */
  narrowerTrapNames: Map<string, number>
  calls: CallCounts
}

/**
 * Runs every script (`.wast`) under `path`, or the one that it is; with `hasSlices` the host stops guests wherever it
 * can. Throws where there is none.
 */
export async function compareSuite(path: string, hasSlices: boolean): Promise<SuiteComparison> {
  const isFile = (await stat(path)).isFile()
  const names = isFile ? [path] : await readdir(path, { recursive: true })
  const scripts = names.filter((name) => name.endsWith('.wast')).sort()
  if (scripts.length === 0) throw new Error(`There is no script (.wast) in ${path}.`)
  const bare = createBareEngine()
  const host = new HostEngine(hasSlices)
  const comparison: SuiteComparison = {
    tallies: new Map(),
    differences: [],
    failures: [],
    validModules: 0,
    startModules: 0,
    unreadable: [],
    otherTrapNames: new Map(),
    sameTrapNames: 0,
    narrowerTrapNames: new Map(),
    calls: { begun: 0, ended: 0, stops: 0 },
  }
  for (const name of scripts) {
    const encoder = new ModuleEncoder()
    const commands = readCommands(await readFile(isFile ? name : join(path, name), 'utf8'))
    const onBare = await runScript(commands, bare, encoder)
    const onHost = await runScript(commands, host, encoder)
    compareScript(comparison, isFile ? relative(dirname(path), name) : name, onBare, onHost)
    await checkModules(comparison, name, commands, encoder)
  }
  comparison.calls = host.countCalls()
  return comparison
}

function compareScript(
  comparison: SuiteComparison,
  name: string,
  onBare: readonly Verdict[],
  onHost: readonly Verdict[],
): void {
  const folder = dirname(name)
  let tally = comparison.tallies.get(folder)
  if (!tally) {
    tally = { scripts: 0, commands: 0, passedByBoth: 0, failedByBoth: 0, differ: 0 }
    comparison.tallies.set(folder, tally)
  }
  tally.scripts++
  for (const [index, bare] of onBare.entries()) {
    const host = onHost[index]!
    const finding = {
      place: `${name}:${bare.line}`,
      kind: bare.kind,
      bare: bare.detail,
      host: host.detail,
    }
    tally.commands++
    if (
      bare.passed !== host.passed ||
      (bare.detail !== host.detail && !noteNarrower(comparison, bare, host))
    ) {
      tally.differ++
      comparison.differences.push(finding)
    } else if (bare.passed) tally.passedByBoth++
    else tally.failedByBoth++
    if (!bare.passed) comparison.failures.push(finding)
    compareTrap(comparison, host)
  }
}

/** Whether both trapped, and only the names differ: the host's is the narrower one. Counts it. */
function noteNarrower({ narrowerTrapNames }: SuiteComparison, bare: Verdict, host: Verdict): boolean {
  if (!bare.trap || !host.trap) return false
  const pair = `${bare.trap.actual} → ${host.trap.actual}`
  narrowerTrapNames.set(pair, (narrowerTrapNames.get(pair) ?? 0) + 1)
  return true
}

function compareTrap(comparison: SuiteComparison, { trap }: Verdict): void {
  if (!trap) return
  if (trap.expected.startsWith(trap.actual)) comparison.sameTrapNames++
  else {
    const pair = `${trap.expected} → ${trap.actual}`
    comparison.otherTrapNames.set(pair, (comparison.otherTrapNames.get(pair) ?? 0) + 1)
  }
}

/** Reads every module that V8 accepts, and validates it with its start function lifted out, and with slice points. */
async function checkModules(
  comparison: SuiteComparison,
  name: string,
  commands: readonly Command[],
  encoder: ModuleEncoder,
): Promise<void> {
  for (const command of commands) {
    if (!('source' in command)) continue
    const bytes = await encoder.encode(command.source)
    if (typeof bytes === 'string' || !WebAssembly.validate(bytes)) continue
    comparison.validModules++
    const shape = readModule(bytes)
    const place = `${name}:${command.line}`
    if (!shape.ok) {
      comparison.unreadable.push({ place, reason: shape.error.message })
      continue
    }
    const sliced = addSlicePoints(bytes, shape.value, SLICE_COUNT)
    if (!sliced.ok) comparison.unreadable.push({ place, reason: sliced.error })
    else if (sliced.value && !WebAssembly.validate(sliced.value.bytes)) {
      comparison.unreadable.push({ place, reason: 'It does not validate with slice points.' })
    }
    const lifted = liftStart(bytes, shape.value)
    if (!lifted) continue
    comparison.startModules++
    if (!WebAssembly.validate(lifted.bytes)) {
      comparison.unreadable.push({ place, reason: 'It does not validate without its start section.' })
    }
  }
}
