/** Tries inputs in a process of their own, for a time, and keeps those that break a property. */
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInputChecker } from './inputs.ts'
import type { Stage } from './inputs.ts'

/** Inputs from number `from` up to, and not including, `to`. */
export interface BatchRequest {
  from: number
  to: number
}

/** What became of a batch. */
export interface BatchOutcome {
  failures: { index: number; why: string }[]
  /** How often each outcome came about. */
  outcomes: Record<string, number>
  rssBytes: number
}

/** An input that breaks a property. */
export interface Finding {
  index: number
  why: string
  /** Where the input has been saved; null for one that `why` contains. */
  path: string | null
  /** Repeats it. */
  command: string
}

export interface FuzzOptions {
  stage: Stage
  seed: number
  seconds: number
  /** Tries this one input and no other. */
  input?: number
}

export interface FuzzOutcome {
  inputCount: number
  outcomes: Record<string, number>
  /** The most that the process had, in bytes. */
  highestRssBytes: number
  findings: Finding[]
}

const BATCH_SIZES: Record<Stage, number> = { parts: 200, files: 4, sessions: 4, requests: 4 }
/** A batch takes seconds at most; a whole machine may be busy with something else. */
const HANG_MS = 60_000
const MEMORY_LIMIT_BYTES: Record<Stage, number> = {
  parts: 1.5 * 2 ** 30,
  files: 3 * 2 ** 30,
  sessions: 3 * 2 ** 30,
  requests: 3 * 2 ** 30,
}
const MOST_FINDINGS = 5

/** Ends by itself after about `seconds`, or when enough was found. */
export async function fuzz({ stage, seed, seconds, input }: FuzzOptions): Promise<FuzzOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-fuzz-'))
  const outcome: FuzzOutcome = { inputCount: 0, outcomes: {}, highestRssBytes: 0, findings: [] }
  const endMs = performance.now() + seconds * 1000
  const queue: BatchRequest[] = input === undefined ? [] : [{ from: input, to: input + 1 }]
  const goesOn = (): boolean =>
    input === undefined && performance.now() < endMs && outcome.findings.length < MOST_FINDINGS
  let next = 0
  let child: Child | null = null
  try {
    while (queue.length > 0 || goesOn()) {
      const batch = queue.shift() ?? { from: next, to: (next += BATCH_SIZES[stage]) }
      child ??= await Child.start(stage, seed, join(folder, 'module.wasm'))
      const done = await child.run(batch)
      if (typeof done === 'string') {
        child = null
        // Of several inputs the guilty one shows when each has a turn of its own.
        if (batch.to - batch.from > 1) queue.push(...singles(batch))
        else await report(batch.from, done)
        continue
      }
      outcome.inputCount += batch.to - batch.from
      for (const [name, count] of Object.entries(done.outcomes)) {
        outcome.outcomes[name] = (outcome.outcomes[name] ?? 0) + count
      }
      for (const { index, why } of done.failures) await report(index, why)
      outcome.highestRssBytes = Math.max(outcome.highestRssBytes, done.rssBytes)
      if (done.rssBytes > MEMORY_LIMIT_BYTES[stage]) {
        await report(batch.from, `the process has ${Math.round(done.rssBytes / 2 ** 20)} MiB`)
        child.end()
        child = null
      }
    }
  } finally {
    child?.end()
    await rm(folder, { recursive: true, force: true })
  }
  return outcome

  async function report(index: number, why: string): Promise<void> {
    const command = `npm run fuzz -- --stage ${stage} --seed ${seed} --input ${index}`
    outcome.findings.push({ index, why, path: await saveInput(stage, seed, index), command })
  }
}

async function saveInput(stage: Stage, seed: number, index: number): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-fuzz-found-'))
  const checker = await createInputChecker(stage, seed, '')
  const input = checker.make(index)
  await checker.close()
  if (input === null) return null
  const ending = stage === 'files' ? 'jspi' : typeof input === 'string' ? 'wat' : 'wasm'
  const path = join(folder, `${stage}-${seed}-${index}.${ending}`)
  await writeFile(path, input)
  return path
}

function singles({ from, to }: BatchRequest): BatchRequest[] {
  return Array.from({ length: to - from }, (_, index) => ({ from: from + index, to: from + index + 1 }))
}

/** The process in which inputs are tried. */
class Child {
  readonly #process: ChildProcess
  #stderr = ''

  static async start(stage: Stage, seed: number, path: string): Promise<Child> {
    const child = new Child(
      fork(join(import.meta.dirname, 'child.ts'), [stage, String(seed), path], {
        execArgv: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=1024'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        serialization: 'advanced',
      }),
    )
    const ready = await child.#answer()
    if (ready !== 'ready') throw new Error(`The process for inputs does not start: ${String(ready)}`)
    return child
  }

  private constructor(process: ChildProcess) {
    this.#process = process
    process.stderr!.on('data', (data) => (this.#stderr = `${this.#stderr}${data}`.slice(-4000)))
  }

  /** What became of a batch; a text where the process crashed or hung, and is gone. */
  async run(batch: BatchRequest): Promise<BatchOutcome | string> {
    this.#process.send(batch)
    return (await this.#answer()) as BatchOutcome | string
  }

  end(): void {
    if (this.#process.connected) this.#process.disconnect()
  }

  async #answer(): Promise<unknown> {
    const given = new AbortController()
    const listen = { signal: given.signal }
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), HANG_MS)
    try {
      return await Promise.race([
        once(this.#process, 'message', listen).then(([message]) => message as unknown),
        once(this.#process, 'exit', listen).then(([code, signal]) =>
          signal === 'SIGKILL' ? 'the process hangs, or was killed' : this.#describeExit(code, signal),
        ),
      ])
    } finally {
      clearTimeout(timer)
      given.abort()
    }
  }

  #describeExit(code: unknown, signal: unknown): string {
    return `the process ended (${String(signal ?? code)}): ${this.#stderr}`
  }
}
