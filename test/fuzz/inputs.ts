import { checkFilter } from './check-filter.ts'
import { checkModule } from './check-module.ts'
import { RequestChecker } from './check-requests.ts'
import { SessionFileChecker } from './check-session-file.ts'
import { SessionChecker } from './check-session.ts'
import { checkValues, checkWat, mutateText } from './check-text.ts'
import type { Corpus } from './corpus.ts'
import { readCorpus } from './corpus.ts'
import { mutateModule } from './mutate-module.ts'
import { mutateSessionFile } from './mutate-session-file.ts'
import type { Random } from './random.ts'
import { randomOf } from './random.ts'
import { makeSessionFiles } from './session-file-corpus.ts'

/**
 * `parts`: what reads and rewrites modules and texts, at thousands of inputs a second. `files`: the whole inspector with
 * a session file for each input, at some a second. `sessions`: the same with a worker for each. `requests`: the same with
 * several clients at once; when what happens differs, and so a seed repeats only what is asked.
 */
export const STAGES = ['parts', 'files', 'sessions', 'requests'] as const
export type Stage = (typeof STAGES)[number]

/** A module, a session file or a text; null for one that is short and said in the failure itself. */
export type Input = Uint8Array<ArrayBuffer> | string | null

/** Makes the inputs of a stage, and checks what becomes of them. */
export interface InputChecker {
  /** The input of this number, always the same one. */
  make(index: number): Input
  /** Throws where a property does not hold; else says what became of the input. */
  check(index: number): Promise<string>
  close(): Promise<void>
}

/** Modules that V8 rejects end early: a session is given few of them. */
const ATTEMPTS_AT_VALID = 40

/** Reads the corpus. `path` is where modules may be written. */
export async function createInputChecker(stage: Stage, seed: number, path: string): Promise<InputChecker> {
  if (stage === 'files') return createFileInputs(seed)
  if (stage === 'requests') return createRequestInputs(seed)
  const corpus = await readCorpus()
  if (stage === 'sessions') return createSessionInputs(seed, corpus)
  return {
    make: (index) => drawPart(randomOf(seed, index), corpus).input,
    async check(index) {
      const random = randomOf(seed, index)
      const { kind, input } = drawPart(random, corpus)
      if (kind === 'values') checkValues(random)
      else if (kind === 'filter') checkFilter(random)
      else if (typeof input === 'string') await checkWat(input)
      else if (input) await checkModule(random, input, path)
      return kind
    },
    close: () => Promise.resolve(),
  }
}

function drawPart(random: Random, { modules, texts }: Corpus): { kind: string; input: Input } {
  const kind = random.below(21)
  if (kind < 2) return { kind: 'values', input: null }
  if (kind < 3) return { kind: 'filter', input: null }
  if (kind < 4) return { kind: 'text', input: mutateText(random, texts) }
  return { kind: 'module', input: mutateModule(random, modules) }
}

function createSessionInputs(seed: number, { modules }: Corpus): InputChecker {
  const checker = new SessionChecker()
  return {
    make: (index) => drawSession(randomOf(seed, index), modules),
    check(index) {
      const random = randomOf(seed, index)
      return checker.check(random, drawSession(random, modules))
    },
    close: () => checker.close(),
  }
}

async function createRequestInputs(seed: number): Promise<InputChecker> {
  const checker = new RequestChecker(await makeSessionFiles())
  return {
    make: () => null,
    check: (index) => checker.check(randomOf(seed, index)),
    close: () => checker.close(),
  }
}

async function createFileInputs(seed: number): Promise<InputChecker> {
  const files = await makeSessionFiles()
  const checker = new SessionFileChecker()
  return {
    make: (index) => mutateSessionFile(randomOf(seed, index), files),
    check(index) {
      const random = randomOf(seed, index)
      return checker.check(random, mutateSessionFile(random, files))
    },
    close: () => checker.close(),
  }
}

function drawSession(random: Random, modules: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const attempts = random.oneIn(8) ? 1 : ATTEMPTS_AT_VALID
  let bytes = mutateModule(random, modules)
  for (let attempt = 1; attempt < attempts && !WebAssembly.validate(bytes); attempt++) {
    bytes = mutateModule(random, modules)
  }
  return bytes
}
