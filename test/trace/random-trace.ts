/** Fills traces with calls of every kind that look random and are the same for the same seed. */
import { idsOfBlock } from '../../main/trace/call-block.ts'
import type { FunctionDefinition } from '../../main/trace/events.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { Trace } from '../../main/trace/trace.ts'
import { returnedCall } from '../support/returned-calls.ts'

/** Numbers from 0 to 1 that look random and are the same in every run. */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

const DEFINITIONS: FunctionDefinition[] = [
  { kind: 'export', module: null, name: 'run', params: ['i32'], results: ['i64'] },
  { kind: 'import', module: 'env', name: 'add', params: ['i32', 'i32'], results: ['i32'] },
  { kind: 'import', module: 'env', name: 'wait', params: ['f64'], results: [] },
  {
    kind: 'import',
    module: 'env',
    name: 'text',
    params: ['externref', 'i64'],
    results: ['f32', 'externref'],
  },
]
const [EXPORT, ADD, WAIT, TEXT] = [0, 1, 2, 3] as const

interface OpenCall {
  id: number
  functionIndex: number
  startNs: number
  hostNs: number | null
}

/** Makes the same calls in each of the traces; yields after each step how many there are. */
export function* fill(traces: readonly Trace[], callCount: number, seed: number): Generator<number> {
  const random = createRandom(seed)
  const upTo = (limit: number): number => Math.floor(random() * limit)
  const words = new Uint32Array(16)
  const floats = new Float64Array(words.buffer)
  const eachTrace = (act: (trace: Trace) => void): void => {
    for (const trace of traces) act(trace)
  }
  const fillValues = (): void => {
    for (let at = 0; at < words.length; at++) words[at] = random() < 0.5 ? upTo(100) : upTo(2 ** 32)
    if (random() < 0.2) floats[0] = random()
    // Handles are small.
    if (random() < 0.5) words[0] = upTo(5)
  }
  for (const [index, definition] of DEFINITIONS.entries()) {
    eachTrace((trace) => trace.define(index, definition))
  }
  eachTrace((trace) => trace.setPreview(1, '"one"'))
  let nowNs = 0
  let lastId = 0
  /** One for each activation. */
  const stacks: OpenCall[][] = []
  const begin = (stack: OpenCall[], functionIndex: number): void => {
    fillValues()
    const parent = stack.at(-1)?.id ?? 0
    const call = { id: ++lastId, functionIndex, startNs: nowNs, hostNs: null }
    eachTrace((trace) => trace.begin(call.id, parent, functionIndex, nowNs, words, 0))
    stack.push(call)
  }
  while (lastId < callCount) {
    yield lastId
    nowNs += random() < 0.01 ? upTo(5e9) : upTo(500)
    const stack = stacks[upTo(stacks.length)]
    if (stack === undefined || (stacks.length < 20 && random() < 0.05)) {
      stacks.push([])
      begin(stacks.at(-1)!, EXPORT)
      continue
    }
    const inner = stack.at(-1)!
    const choice = random()
    if (inner.functionIndex === EXPORT && choice < 0.6) {
      fillValues()
      const endNs = nowNs + upTo(1000)
      const id = ++lastId
      const functionIndex = random() < 0.5 ? ADD : TEXT
      const returned = returnedCall(id, inner.id, functionIndex, nowNs, endNs, words)
      eachTrace((trace) => trace.addReturned(returned))
      nowNs = endNs
    } else if (inner.functionIndex === EXPORT && choice < 0.8) {
      begin(stack, WAIT)
      const stackFrames = [upTo(3), 40]
      if (random() < 0.1) eachTrace((trace) => trace.setStack(lastId, stackFrames))
      if (random() < 0.1) {
        const text = JSON.stringify([{ type: 'utf8', value: `t${lastId}`, readAt: 'entry', params: [0] }])
        eachTrace((trace) => trace.addDecoded(lastId, text))
      }
    } else if (inner.functionIndex !== EXPORT && inner.hostNs === null && choice < 0.5) {
      inner.hostNs = nowNs - inner.startNs
      eachTrace((trace) => trace.suspend(inner.id, inner.hostNs!))
    } else if (inner.functionIndex !== EXPORT && choice > 0.5 && choice < 0.6) {
      begin(stack, EXPORT)
    } else {
      stack.pop()
      if (stack.length === 0) stacks.splice(stacks.indexOf(stack), 1)
      fillValues()
      const isImport = inner.functionIndex !== EXPORT
      const totalNs = nowNs - inner.startNs
      const hostNs = isImport ? (inner.hostNs ?? totalNs) : 0
      const suspendedNs = isImport ? totalNs - hostNs : 0
      const outcome = random() < 0.9 ? 'returned' : 'threw'
      if (outcome === 'threw') {
        const text = JSON.stringify({ code: 'HOST_THREW', what: 'It threw.', why: `No ${upTo(9)}.`, fix: '' })
        eachTrace((trace) => trace.fail(inner.id, text))
      }
      eachTrace((trace) =>
        trace.end(inner.id, OUTCOMES.indexOf(outcome), nowNs, hostNs, suspendedNs, words, 0),
      )
    }
  }
}

/** A trace that has little room and no file, and keeps the newest of so many calls. */
export function createRolled(callCount: number, seed: number): Trace {
  const trace = new Trace(4 * 1024 * 1024)
  trace.keepsNewest = true
  for (const step of fill([trace], callCount, seed)) if (step % 1000 === 0) trace.makeRoom()
  return trace
}

/** What the blocks of a trace take, asked of each. */
export function sumBlockSizes({ calls: { blocks } }: Trace): number {
  let sizeBytes = blocks.leftOut.sizeBytes
  for (const blockIndex of blocks.resident)
    sizeBytes += blocks.block(idsOfBlock(blockIndex).firstId).sizeBytes
  return sizeBytes
}
