/** Calls in whose Chrome trace a reader may go wrong. */
import { OUTCOMES } from '../../../main/trace/events.ts'
import { Trace } from '../../../main/trace/trace.ts'
import { returnedCall } from '../../support/returned-calls.ts'

const NO_WORDS = new Uint32Array(0)
const RETURNED = OUTCOMES.indexOf('returned')
const [ASK, RUN, INNER] = [0, 1, 2] as const
const NAMES = ['ask', 'run', 'inner', '', 'a "b"\\\n\t\0\u{1f600}é', 'x'.repeat(5000), '{"ph":"E"}', ']}']
const DAY_NS = 86_400e9

/** Records them, one group some time after the other. */
export function recordAwkward(): Trace {
  const trace = new Trace(Infinity)
  for (const [index, name] of NAMES.entries()) {
    const isImport = index === ASK
    const kind = isImport ? 'import' : 'export'
    trace.define(index, { kind, module: isImport ? 'env' : null, name, params: [], results: [] })
  }
  let lastId = 0
  let zeroNs = 0
  const begin = (parent: number, functionIndex: number, startNs: number): number => {
    trace.begin(++lastId, parent, functionIndex, zeroNs + startNs, NO_WORDS, 0)
    return lastId
  }
  const end = (id: number, endNs: number): void => trace.end(id, RETURNED, zeroNs + endNs, 0, 0, NO_WORDS, 0)
  const add = (parent: number, startNs: number, endNs: number): void =>
    trace.addReturned(returnedCall(++lastId, parent, ASK, zeroNs + startNs, zeroNs + endNs))

  for (let index = RUN; index < NAMES.length; index++) end(begin(0, index, 100 * index), 100 * index + 50)

  // From beginning to end the same.
  zeroNs = 10_000
  const outer = begin(0, RUN, 0)
  const asked = begin(outer, ASK, 0)
  const inner = begin(asked, INNER, 0)
  add(inner, 0, 300)
  for (const id of [inner, asked, outer]) end(id, 300)

  // One begins where the other ends, and some take no time.
  zeroNs = 20_000
  const touching = begin(0, RUN, 0)
  for (const [startNs, endNs] of [
    [0, 0],
    [0, 0],
    [0, 100],
    [100, 100],
    [100, 200],
  ] as const) {
    add(touching, startNs, endNs)
  }
  end(touching, 200)
  end(begin(0, RUN, 200), 300)

  // Nobody waits for the inner one, and another overlaps with all of them.
  zeroNs = 30_000
  const first = begin(0, RUN, 100)
  const second = begin(0, RUN, 150)
  const left = begin(first, ASK, 200)
  const detached = begin(left, INNER, 300)
  end(left, 400)
  add(detached, 500, 600)
  add(first, 650, 700)
  end(detached, 800)
  end(first, 900)
  end(second, 950)
  // Nobody in the guest made this one.
  end(begin(0, ASK, 160), 1000)

  // After ten days, with parts of nanoseconds; it still runs.
  zeroNs = 10 * DAY_NS + 0.4
  const late = begin(0, RUN, 1)
  add(late, 2.3, 4.8)
  begin(late, ASK, 7)
  return trace
}
