/** Traces that calls at random make: nested, overlapping, of all durations. The same for the same seed. */
import { CallStore } from '../../../main/trace/call-store.ts'
import { OUTCOMES } from '../../../main/trace/events.ts'
import { Timeline } from '../../../main/trace/timeline/timeline.ts'
import { returnedCall } from '../../support/returned-calls.ts'

const RETURNED = OUTCOMES.indexOf('returned')
const EXPORT = 0
const IMPORT = 1
const NO_VALUES = new Uint32Array(0)

/** A call as a test knows it, by means of its own. */
export interface KnownCall {
  id: number
  parent: number
  lane: number
  row: number
  isActivation: boolean
  startNs: number
  endNs: number
  hostNs: number
}

export interface RandomTrace {
  calls: CallStore
  timeline: Timeline
  known: KnownCall[]
  nowNs: number
}

/** What is in flight: the innermost call of one that took a lane. */
interface Open extends KnownCall {
  inside: number
}

/** Numbers that look random and are the same in every run. */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/**
 * Makes `count` calls. `overlap` is the chance that another top-level call begins while one runs; steps of time are
 * up to 10 to the power of `magnitude` nanoseconds. Some calls are left running.
 */
export function makeRandomTrace(
  seed: number,
  count: number,
  { overlap, magnitude, limitBytes }: { overlap: number; magnitude: number; limitBytes?: number },
): RandomTrace {
  const random = createRandom(seed)
  const calls = new CallStore()
  const timeline = new Timeline(calls, limitBytes)
  calls.definitions[EXPORT] = { kind: 'export', module: null, name: 'run', params: [], results: [] }
  calls.definitions[IMPORT] = { kind: 'import', module: 'env', name: 'ask', params: [], results: [] }
  const known: KnownCall[] = []
  const open: Open[] = []
  let nowNs = 1_000_000

  const begin = (parent: Open | null, isActivation: boolean): Open => {
    const id = calls.callCount + 1
    let [lane, row] = [parent?.lane ?? 0, (parent?.row ?? -1) + 1]
    const isFurther = isActivation && parent !== null && parent.inside > 0
    if (parent === null || isFurther) {
      lane = 0
      row = 0
      while (open.some((other) => other.lane === lane)) lane++
    }
    const call: Open = {
      id,
      parent: parent?.id ?? 0,
      lane,
      row,
      isActivation,
      startNs: nowNs,
      endNs: Infinity,
      hostNs: 0,
      inside: 0,
    }
    known.push(call)
    return call
  }
  const isLeaf = (call: Open) => call.inside === 0

  while (calls.callCount < count) {
    nowNs += Math.floor(10 ** (random() * magnitude))
    const leaves = open.filter(isLeaf)
    const at = leaves[Math.floor(random() * leaves.length)]
    const choice = random()
    if (!at || choice < overlap * 0.2) {
      const call = begin(null, true)
      calls.begin(call.id, 0, EXPORT, nowNs, NO_VALUES, 0)
      timeline.begin(call.id, 0, nowNs)
      open.push(call)
    } else if (at.isActivation && choice < 0.75) {
      const call = begin(at, false)
      if (random() < 0.6) {
        const startNs = nowNs
        nowNs += Math.floor(10 ** (random() * magnitude))
        call.endNs = nowNs
        call.hostNs = nowNs - startNs
        const returned = returnedCall(call.id, at.id, IMPORT, startNs, nowNs)
        calls.addReturned(returned)
        timeline.addReturned(returned)
      } else {
        calls.begin(call.id, at.id, IMPORT, nowNs, NO_VALUES, 0)
        timeline.begin(call.id, at.id, nowNs)
        at.inside++
        open.push(call)
      }
    } else if (!at.isActivation && choice < 0.4) {
      // A handler that calls the guest, now and then several times at once.
      for (let times = random() < 0.3 ? 2 : 1; times > 0; times--) {
        const call = begin(at, true)
        calls.begin(call.id, at.id, EXPORT, nowNs, NO_VALUES, 0)
        timeline.begin(call.id, at.id, nowNs)
        at.inside++
        open.push(call)
      }
    } else {
      open.splice(open.indexOf(at), 1)
      const parent = open.find(({ id }) => id === at.parent)
      if (parent) parent.inside--
      const totalNs = nowNs - at.startNs
      at.endNs = nowNs
      at.hostNs = at.isActivation ? 0 : Math.floor(totalNs * random())
      calls.end(at.id, RETURNED, nowNs, at.hostNs, at.isActivation ? 0 : totalNs - at.hostNs, NO_VALUES, 0)
      timeline.end(at.id)
    }
    if (calls.callCount % 97 === 0) timeline.trim()
  }
  nowNs += 1000
  for (const call of open) {
    call.endNs = nowNs
    // Nobody has said that it was suspended.
    call.hostNs = call.isActivation ? 0 : nowNs - call.startNs
  }
  return { calls, timeline, known, nowNs }
}
