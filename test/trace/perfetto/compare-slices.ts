/** Compares what Perfetto has understood of a Chrome trace with the calls of the same session in the trace format. */
import type { Line } from '../trace-lines.ts'
import type { PerfettoTrace, SqlRow, SqlValue } from './trace-processor.ts'

/** How many differences are named. */
const NAMED_LIMIT = 20
const SMALLEST_NORMAL = 2 ** -1022
/** What it calls a slice without a name. */
const NAMELESS = '[No name]'

/** A call in the trace format, as far as it stands in a Chrome trace. */
type Call = Line & { module?: string; decoded?: { value?: unknown }[] }

/** What Perfetto has of a call. */
interface Slice {
  id: bigint
  parentId: SqlValue
  depth: bigint
  name: SqlValue
  category: SqlValue
  startNs: number
  endNs: number
  threadId: number
  threadName: SqlValue
  args: Map<string, SqlValue | number>
}

/** The differences, the first ones where there are many; and what was looked at. */
export interface Comparison {
  differences: string[]
  sliceCount: number
  /** Slices that Perfetto has inside of another one. */
  nestedCount: number
  threadCount: number
}

/** Every call must be a slice, in its thread and inside of the call that it was made in, and Perfetto content. */
export async function compareSlices(trace: PerfettoTrace, calls: readonly Call[]): Promise<Comparison> {
  const differences = await findComplaints(trace)
  const slices = await readSlices(trace)
  const byCall = new Map<number, Slice>()
  for (const slice of slices) byCall.set(Number(slice.args.get('id')), slice)
  if (slices.length !== calls.length) differences.push(`${slices.length} slices for ${calls.length} calls`)
  const latestNs = calls.reduce((latest, { startNs, endNs }) => Math.max(latest, endNs ?? startNs), 0)
  for (const call of calls) {
    if (differences.length > NAMED_LIMIT) break
    const slice = byCall.get(call.id)
    if (!slice) {
      differences.push(`#${call.id} has no slice`)
      continue
    }
    const parent = call.parent === null ? undefined : byCall.get(call.parent)
    for (const what of findDifferences(call, slice, parent, latestNs))
      differences.push(`#${call.id}: ${what}`)
  }
  return {
    differences,
    sliceCount: slices.length,
    nestedCount: slices.filter(({ parentId }) => parentId !== null).length,
    threadCount: new Set(slices.map(({ threadId }) => threadId)).size,
  }
}

/** What Perfetto itself found wrong while it read. */
export async function findComplaints(trace: PerfettoTrace): Promise<string[]> {
  const rows = await trace.query(
    "SELECT name, value FROM stats WHERE severity IN ('error', 'data_loss') AND value != 0",
  )
  return rows.map(({ name, value }) => `Perfetto counts ${value} ${name}`)
}

async function readSlices(trace: PerfettoTrace): Promise<Slice[]> {
  const args = Map.groupBy(
    await trace.query('SELECT arg_set_id, key, int_value, real_value, string_value FROM args'),
    ({ arg_set_id }) => arg_set_id,
  )
  const rows = await trace.query(`
    SELECT s.id, s.parent_id, s.depth, s.name, s.category, s.ts, s.dur, s.arg_set_id, t.tid, t.name AS thread_name
    FROM slice s JOIN thread_track k ON k.id = s.track_id JOIN thread t USING (utid)`)
  return rows.map((row) => ({
    id: row.id as bigint,
    parentId: row.parent_id!,
    depth: row.depth as bigint,
    name: row.name!,
    category: row.category!,
    startNs: Number(row.ts),
    endNs: Number(row.ts) + Number(row.dur),
    threadId: Number(row.tid),
    threadName: row.thread_name!,
    args: new Map((args.get(row.arg_set_id!) ?? []).map(toArgument)),
  }))
}

function toArgument({ key, int_value, real_value, string_value }: SqlRow): [string, SqlValue | number] {
  const value = typeof int_value === 'bigint' ? Number(int_value) : (real_value ?? string_value)
  return [String(key).replace(/^args\./, ''), value!]
}

function* findDifferences(
  call: Call,
  slice: Slice,
  parent: Slice | undefined,
  latestNs: number,
): Generator<string> {
  const expect = function* (what: string, actual: unknown, expected: unknown): Generator<string> {
    if (actual !== expected && !isSameFloat(actual, expected))
      yield `${what} is ${String(actual)}, not ${String(expected)}`
  }
  const name = call.module === undefined ? call.name : `${call.module}.${call.name}`
  yield* expect('the name', slice.name, name.replaceAll('\0', '\u2400') || NAMELESS)
  yield* expect('the category', slice.category, call.kind)
  yield* expect('the start', slice.startNs, call.startNs)
  if (call.endNs !== null) yield* expect('the end', slice.endNs, call.endNs)
  else if (slice.endNs < latestNs) yield `it runs, and ends at ${slice.endNs}, before the others do`
  for (const [name, value] of Object.entries(toArguments(call))) {
    yield* expect(`the argument ${name}`, slice.args.get(name), value)
    slice.args.delete(name)
  }
  for (const [at, { value }] of (call.decoded ?? []).entries()) {
    const text = slice.args.get(`decoded[${at}]`)
    if (typeof text !== 'string') yield `what was decoded lacks ${at}`
    else if (typeof value === 'string' && !text.includes(value)) yield `${text} was decoded, not ${value}`
    slice.args.delete(`decoded[${at}]`)
  }
  if (slice.args.size > 0) yield `there are other arguments: ${[...slice.args.keys()].join(', ')}`

  // What takes no time on the clock lies for Perfetto inside of whatever begins at that moment.
  if (slice.startNs !== slice.endNs) {
    const isInside = parent?.threadId === slice.threadId
    yield* expect('the parent', slice.parentId, isInside ? parent.id : null)
    yield* expect('the depth', slice.depth, isInside ? parent.depth + 1n : 0n)
  }
  if (slice.threadName === `lane ${slice.threadId}`) return
  const isBeginning = String(slice.threadName).startsWith(`#${call.id}`)
  if (!isBeginning && parent?.threadId !== slice.threadId) yield `its thread is ${slice.threadName}`
  if (isBeginning && parent && slice.endNs <= parent.endNs) yield 'it has a thread of its own for nothing'
}

/** Perfetto reads the last digit of a fraction inexactly, and the smallest ones as 0. */
function isSameFloat(actual: unknown, expected: unknown): boolean {
  if (typeof actual !== 'number' || typeof expected !== 'number' || Number.isSafeInteger(expected))
    return false
  return Math.abs(actual - expected) <= Math.max(Math.abs(expected) * 1e-15, SMALLEST_NORMAL)
}

function toArguments(call: Call): Record<string, SqlValue | number> {
  const lists = {
    params: call.params.map(toPlain),
    results: (call.results ?? []).map(toPlain),
  }
  const { id, parent, outcome, error, guestNs, hostNs, suspendedNs } = call
  const values = {
    id,
    parent,
    outcome,
    error: error?.code,
    message: error?.message,
    guestNs,
    hostNs,
    suspendedNs,
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([name, list]) => list.map((value, at) => [`${name}[${at}]`, value])),
    ),
  }
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
  ) as Record<string, SqlValue | number>
}

function toPlain({ value, preview }: { value: unknown; preview?: string }): unknown {
  return preview === undefined ? (value ?? 'null') : `${String(value)} ${preview}`
}
