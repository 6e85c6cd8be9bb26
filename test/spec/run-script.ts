/** Runs the commands of a test script in one engine, and gives a verdict on each. */
import { parseWat } from '../../main/wasm/wat.ts'
import type { FunctionType } from '../../main/wasm/types.ts'
import type { Engine, Outcome, ScriptInstance } from './engines.ts'
import type { InstructionCheck } from './instruction-checks.ts'
import { canCheckByInstructions, writeChecks } from './instruction-checks.ts'
import type { Action, Command, ModuleSource } from './script-commands.ts'
import type { ScriptNode } from './script-text.ts'
import { matchesValue, readArgument } from './script-values.ts'
import { createSpectest } from './spectest.ts'

/** What came of a command. `detail` says how it ended, whether that was meant or not. */
export interface Verdict {
  line: number
  kind: Command['kind']
  passed: boolean
  detail: string
  /** Where the script names a trap. */
  trap: { expected: string; actual: string } | null
}

/** Encodes the modules of scripts, each once for all engines. */
export class ModuleEncoder {
  readonly #encoded = new Map<string, Promise<Uint8Array | string>>()

  /** The binary format; text says why there is none. */
  encode({ text, bytes }: ModuleSource): Promise<Uint8Array | string> {
    if (bytes !== null) return Promise.resolve(bytes)
    let encoded = this.#encoded.get(text!)
    if (!encoded) {
      encoded = parseWat(text!, 'module').then((parsed) => (parsed.ok ? parsed.value : parsed.error.message))
      this.#encoded.set(text!, encoded)
    }
    return encoded
  }
}

interface PreparedCheck {
  instance: ScriptInstance
  name: string
}

/** Runs a script's commands in order. */
export async function runScript(
  commands: readonly Command[],
  engine: Engine,
  encoder: ModuleEncoder,
): Promise<Verdict[]> {
  const run = new ScriptRun(commands, engine, encoder)
  const verdicts: Verdict[] = []
  await run.prepare()
  for (const [index, command] of commands.entries()) {
    const verdict = { line: command.line, kind: command.kind, trap: null }
    try {
      verdicts.push({ ...verdict, ...(await run.judge(command, index)) })
    } catch (thrown) {
      const detail = thrown instanceof Error ? thrown.message : String(thrown)
      verdicts.push({ ...verdict, passed: false, detail: `not run: ${detail}` })
    }
  }
  return verdicts
}

type Judgement = Pick<Verdict, 'passed' | 'detail'> & Partial<Pick<Verdict, 'trap'>>

class ScriptRun {
  readonly #commands: readonly Command[]
  readonly #engine: Engine
  readonly #encoder: ModuleEncoder
  readonly #registry: WebAssembly.Imports = Object.create(null)
  readonly #instances = new Map<string, ScriptInstance>()
  readonly #definitions = new Map<string, Uint8Array>()
  readonly #checks = new Map<number, PreparedCheck>()
  #latest: ScriptInstance | null = null
  #latestDefinition: Uint8Array | null = null

  constructor(commands: readonly Command[], engine: Engine, encoder: ModuleEncoder) {
    this.#commands = commands
    this.#engine = engine
    this.#encoder = encoder
  }

  /** Registers the module that all scripts may import. */
  async prepare(): Promise<void> {
    const { instance, outcome } = await createSpectest(this.#engine, this.#encoder)
    if (!instance) throw new Error(`spectest: ${describe(outcome)}`)
    this.#registry['spectest'] = instance.exports
  }

  async judge(command: Command, index: number): Promise<Judgement> {
    switch (command.kind) {
      case 'module':
      case 'definition': {
        const bytes = await this.#encoder.encode(command.source)
        if (typeof bytes === 'string') return { passed: false, detail: bytes }
        if (command.kind === 'module') return this.#keep(command.name, bytes)
        this.#latestDefinition = bytes
        if (command.name !== null) this.#definitions.set(command.name, bytes)
        return define(bytes)
      }
      case 'instance': {
        const { name, definition } = command
        const bytes = definition === null ? this.#latestDefinition : this.#definitions.get(definition)
        if (!bytes) throw new Error(`there is no definition ${definition}`)
        return this.#keep(name, bytes)
      }
      case 'register':
        this.#registry[command.as] = this.#find(command.instance).exports
        return { passed: true, detail: 'registered' }
      case 'action': {
        const outcome = await this.#act(command.action, null, index)
        return { passed: outcome.kind === 'returned', detail: describe(outcome) }
      }
      case 'assert_return': {
        const outcome = await this.#act(command.action, command.expected, index)
        return { passed: matchesResults(outcome, command.expected), detail: describe(outcome) }
      }
      case 'assert_trap':
        return judgeTrap(await this.#act(command.action, null, index), command.message)
      case 'assert_uninstantiable': {
        const { outcome } = await this.#instantiate(command.source)
        return judgeTrap(outcome, command.message)
      }
      case 'assert_exhaustion': {
        const outcome = await this.#act(command.action, null, index)
        return { passed: outcome.kind === 'exhausted', detail: describe(outcome) }
      }
      case 'assert_exception': {
        const outcome = await this.#act(command.action, null, index)
        return { passed: outcome.kind === 'exception', detail: describe(outcome) }
      }
      case 'assert_unlinkable': {
        const { outcome } = await this.#instantiate(command.source)
        return { passed: outcome.kind === 'unlinkable', detail: describe(outcome) }
      }
      case 'assert_invalid':
      case 'assert_malformed': {
        const bytes = await this.#encoder.encode(command.source)
        const rejected = typeof bytes === 'string' || !WebAssembly.validate(bytes)
        return { passed: rejected, detail: rejected ? 'rejected' : 'accepted' }
      }
    }
  }

  async #keep(name: string | null, bytes: Uint8Array): Promise<Judgement> {
    const { instance, outcome } = await this.#engine.instantiate(bytes, this.#registry)
    this.#latest = instance
    if (name !== null && instance) this.#instances.set(name, instance)
    return { passed: instance !== null, detail: describe(outcome) }
  }

  async #instantiate(source: ModuleSource): Promise<{ outcome: Outcome }> {
    const bytes = await this.#encoder.encode(source)
    if (typeof bytes === 'string') return { outcome: { kind: 'invalid', reason: bytes } }
    return this.#engine.instantiate(bytes, this.#registry)
  }

  #find(name: string | null): ScriptInstance {
    const instance = name === null ? this.#latest : this.#instances.get(name)
    if (!instance) throw new Error(`there is no instance${name === null ? '' : ` ${name}`}`)
    return instance
  }

  async #act(action: Action, expected: readonly ScriptNode[] | null, index: number): Promise<Outcome> {
    const instance = this.#find(action.instance)
    const exported = instance.exports[action.name]
    if (action.kind === 'get') {
      if (!(exported instanceof WebAssembly.Global)) throw new Error(`no global "${action.name}" is exported`)
      return { kind: 'returned', values: [exported.value] }
    }
    const check = asCheck(instance, action, expected)
    if (!check || !canCheckByInstructions(check)) {
      return this.#engine.call(instance, action.name, action.args.map(readArgument))
    }
    if (!this.#checks.has(index)) await this.#prepareChecks(instance, index)
    const prepared = this.#checks.get(index)!
    const outcome = await this.#engine.call(prepared.instance, prepared.name, [])
    // The check compared the results: it stands for them.
    return outcome.kind === 'returned' && expected !== null
      ? { kind: 'returned', values: outcome.values[0] === 1 ? [EQUAL] : ['results with other bits'] }
      : outcome
  }

  /** Prepares the checks of this command and of those that follow it on the same instance, as one module. */
  async #prepareChecks(instance: ScriptInstance, from: number): Promise<void> {
    const indexes: number[] = []
    const checks: InstructionCheck[] = []
    for (let index = from; index < this.#commands.length; index++) {
      const command = this.#commands[index]!
      if (!('action' in command) || command.action.kind !== 'invoke') break
      if (this.#find(command.action.instance) !== instance) break
      const expected = command.kind === 'assert_return' ? command.expected : null
      const check = asCheck(instance, command.action, expected)
      if (!check || !canCheckByInstructions(check)) continue
      indexes.push(index)
      checks.push(check)
    }
    const bytes = await this.#encoder.encode({ text: writeChecks(checks), bytes: null })
    if (typeof bytes === 'string') throw new Error(`check: ${bytes}`)
    const made = await this.#engine.instantiate(bytes, { checked: instance.exports })
    if (!made.instance) throw new Error(`check: ${describe(made.outcome)}`)
    for (const [at, index] of indexes.entries()) {
      this.#checks.set(index, { instance: made.instance, name: `check${at}` })
    }
  }
}

const EQUAL = Symbol('results with the expected bits')

function asCheck(
  { shape }: ScriptInstance,
  action: Action,
  expected: readonly ScriptNode[] | null,
): InstructionCheck | null {
  const type = shape.exports.find(({ name }) => name === action.name)?.type
  return type?.kind === 'function' ? { action, type: type satisfies FunctionType, expected } : null
}

function matchesResults(outcome: Outcome, expected: readonly ScriptNode[]): boolean {
  if (outcome.kind !== 'returned') return false
  if (outcome.values[0] === EQUAL) return true
  return (
    outcome.values.length === expected.length &&
    expected.every((node, index) => matchesValue(outcome.values[index], node))
  )
}

function define(bytes: Uint8Array): Judgement {
  try {
    void new WebAssembly.Module(bytes)
    return { passed: true, detail: 'defined' }
  } catch (thrown) {
    return { passed: false, detail: `invalid: ${(thrown as Error).message}` }
  }
}

function judgeTrap(outcome: Outcome, expected: string): Judgement {
  const passed = outcome.kind === 'trapped'
  const trap = passed ? { expected, actual: outcome.reason } : null
  return { passed, detail: describe(outcome), trap }
}

function describe(outcome: Outcome): string {
  if (outcome.kind !== 'returned') return `${outcome.kind}: ${outcome.reason}`
  return `returned ${outcome.values.map(describeValue).join(', ')}`
}

function describeValue(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
