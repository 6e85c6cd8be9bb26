/**
 * What a timeline costs: to keep while calls are recorded, in memory, and to read at every zoom.
 * `node test/bench/timeline.ts [calls]`; 1,000,000 and 10,000,000 where no number is given.
 */
import { CallStore } from '../../main/trace/call-store.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { ReturnedCalls } from '../../main/trace/returned-calls.ts'
import { TimelineReader } from '../../main/trace/timeline/read-timeline.ts'
import { Timeline } from '../../main/trace/timeline/timeline.ts'
import { addReturnedCall } from '../support/returned-calls.ts'

const RETURNED = OUTCOMES.indexOf('returned')
const LANES = 32
/** Arguments and results of every call. */
const VALUES = new Uint32Array(4)
const READS = 200
const ROUNDS = 7
const ROUND_CALLS = 500_000
const COLUMNS = 1000

interface Recorded {
  calls: CallStore
  timeline: Timeline | null
  endNs: number
  nsPerCall: number
}

function start(hasTimeline: boolean): { calls: CallStore; timeline: Timeline | null } {
  const calls = new CallStore()
  calls.definitions[0] = { kind: 'export', module: null, name: 'run', params: ['i32'], results: ['i32'] }
  calls.definitions[1] = { kind: 'import', module: 'env', name: 'next', params: ['i32'], results: ['i32'] }
  return { calls, timeline: hasTimeline ? new Timeline(calls) : null }
}

/** One call of the guest that calls the host again and again, each for 60 ns. */
function recordChatty(count: number, hasTimeline: boolean): Recorded {
  const { calls, timeline } = start(hasTimeline)
  const began = process.hrtime.bigint()
  calls.begin(1, 0, 0, 0, VALUES, 0)
  timeline?.begin(1, 0, 0)
  let nowNs = 100
  const returned = new ReturnedCalls()
  for (let id = 2; id <= count; id++) {
    addReturnedCall(returned, id, 1, 1, nowNs, nowNs + 60, VALUES)
    nowNs += 200
    if (id < count && !returned.isFull) continue
    calls.addReturned(returned)
    timeline?.addReturned(returned)
    returned.clear()
    timeline?.trim()
  }
  calls.end(1, RETURNED, nowNs, 0, 0, VALUES, 0)
  timeline?.end(1)
  return { calls, timeline, endNs: nowNs, nsPerCall: Number(process.hrtime.bigint() - began) / count }
}

/** Many calls of the guest at once, each of which suspends for tens of microseconds again and again. */
function recordInterleaved(count: number, hasTimeline: boolean): Recorded {
  const { calls, timeline } = start(hasTimeline)
  const exports = Array.from({ length: LANES }, () => 0)
  const imports = Array.from({ length: LANES }, () => 0)
  const began = process.hrtime.bigint()
  let nowNs = 0
  let id = 0
  for (let step = 0; id < count; step++) {
    nowNs += 1500
    const lane = step % LANES
    const parent = exports[lane]!
    const suspended = imports[lane]!
    if (suspended > 0) {
      const startNs = calls.startOf(suspended)
      calls.end(suspended, RETURNED, nowNs, 400, nowNs - startNs - 400, VALUES, 0)
      timeline?.end(suspended)
      imports[lane] = 0
      if (step % 1000 > 960) {
        calls.end(parent, RETURNED, nowNs, 0, 0, VALUES, 0)
        timeline?.end(parent)
        exports[lane] = 0
      }
    } else if (parent === 0) {
      exports[lane] = ++id
      calls.begin(id, 0, 0, nowNs, VALUES, 0)
      timeline?.begin(id, 0, nowNs)
    } else {
      imports[lane] = ++id
      calls.begin(id, parent, 1, nowNs, VALUES, 0)
      timeline?.begin(id, parent, nowNs)
      calls.suspend(id, 400)
    }
    if ((step & 0xfff) === 0) timeline?.trim()
  }
  return { calls, timeline, endNs: nowNs, nsPerCall: Number(process.hrtime.bigint() - began) / count }
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]!
}

function measureReads(name: string, read: (round: number) => void): void {
  const times: number[] = []
  for (let round = 0; round < READS; round++) {
    const began = process.hrtime.bigint()
    read(round)
    times.push(Number(process.hrtime.bigint() - began) / 1e6)
  }
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)]
  process.stdout.write(
    `    ${name.padEnd(28)} ${p50.toFixed(2).padStart(8)} ms ${p95.toFixed(2).padStart(8)} ms\n`,
  )
}

const given = Number(process.argv[2] ?? 0)
for (const count of given > 0 ? [given] : [1_000_000, 10_000_000]) {
  for (const [name, record] of [
    ['one call of the guest, which calls the host', recordChatty],
    [`${LANES} calls of the guest at once, which suspend`, recordInterleaved],
  ] as const) {
    process.stdout.write(`\n${count.toLocaleString('en')} calls: ${name}\n`)
    // The least of several, with and without in turn: what else the machine does adds to each.
    const [bare, kept] = [[], []] as [number[], number[]]
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(record(ROUND_CALLS, false).nsPerCall)
      kept.push(record(ROUND_CALLS, true).nsPerCall)
    }
    const [bareNs, keptNs] = [Math.min(...bare), Math.min(...kept)]
    const { calls, timeline, endNs } = record(count, true)
    process.stdout.write(
      `    recorded in ${keptNs.toFixed(0)} ns a call, without a timeline in ${bareNs.toFixed(0)} ns\n`,
    )
    const sizeMib = timeline!.sizeBytes / 2 ** 20
    const ofStore = (timeline!.sizeBytes / calls.sizeBytes) * 100
    process.stdout.write(`    levels take ${sizeMib.toFixed(1)} MiB, ${ofStore.toFixed(1)} % of the calls\n`)
    process.stdout.write(`    ${'a read of'.padEnd(28)} ${'p50'.padStart(8)}    ${'p95'.padStart(8)}\n`)
    for (const share of [1, 0.3, 0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6]) {
      const spanNs = endNs * share
      measureReads(`${Number((share * 100).toPrecision(3))} % of the time`, (round) => {
        const fromNs = ((endNs - spanNs) * round) / READS
        new TimelineReader(calls, timeline!, endNs).read({
          fromNs,
          toNs: fromNs + spanNs,
          columnCount: COLUMNS,
          firstLane: 0,
          laneCount: LANES,
        })
      })
    }
    measureReads('the density of all', () => new TimelineReader(calls, timeline!, endNs).density(COLUMNS))
  }
}
