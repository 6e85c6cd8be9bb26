/** Session files whose checksums are right, and what they say is not: as somebody would forge them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BlockFileReader } from '../../main/session-file/block-file.ts'
import type { BlockType } from '../../main/session-file/file-block.ts'
import { BLOCK_TYPES, encodeBlock } from '../../main/session-file/file-block.ts'
import type { FileDetails, FileIndex } from '../../main/session-file/file-parts.ts'
import { openSessionFile } from '../../main/session-file/open-session-file.ts'
import { SessionLog } from '../../main/session-file/session-log.ts'
import type { CallBlock } from '../../main/trace/call-block.ts'
import { Trace } from '../../main/trace/trace.ts'
import { createFolder, errorOf, valueOf } from '../support/inspector.ts'
import { fill } from '../trace/random-trace.ts'

const CALLS = 2000

/** Calls with a file that has been begun. */
async function record() {
  const path = join(await createFolder(), 'forged.jspi')
  const trace = new Trace(Infinity)
  const log = new SessionLog(trace, path, { describe: () => null, nowNs: () => 0 }, (error) => {
    throw new Error(error?.why)
  })
  trace.setLog(log)
  for (const _ of fill([trace], CALLS, 1));
  return { path, trace, log }
}

/** A file with the payload of one block changed, which may not get longer: what comes behind it stays where it was. */
async function forge(type: BlockType, change: (payload: Buffer) => Buffer): Promise<string> {
  const { path, log } = await record()
  await log.finish(1e12)
  const reader = new BlockFileReader(path)
  const blocks: Uint8Array[] = []
  let isForged = false
  for (let offset = 0; offset < reader.sizeBytes;) {
    const { header, payload, nextOffset } = reader.read(offset)!
    let wanted: Uint8Array = payload
    if (header.type === type && !isForged) {
      isForged = true
      const changed = change(Buffer.from(payload))
      expect(changed.length).toBeLessThanOrEqual(payload.length)
      // JSON may end with spaces.
      wanted = Buffer.alloc(payload.length, ' ')
      wanted.set(changed)
    }
    blocks.push(encodeBlock(header.type as BlockType, header.sequence, wanted))
    offset = nextOffset
  }
  reader.close()
  expect(isForged).toBe(true)
  writeFileSync(path, Buffer.concat(blocks))
  return path
}

/** The same of a part that is JSON. */
async function forgeJson<Part>(type: BlockType, change: (part: Part) => void): Promise<string> {
  return forge(type, (payload) => {
    const part = JSON.parse(payload.toString()) as Part
    change(part)
    return Buffer.from(JSON.stringify(part))
  })
}

test.each<[what: string, change: (index: FileIndex) => void]>([
  ['fewer blocks', (index) => (index.blocks = [])],
  ['a block that lies nowhere', ({ blocks }) => (blocks[0]!.offsets = [-1])],
  ['more calls than rows', ({ order }) => (order.callCount = 1999)],
  ['a top-level call twice', ({ order }) => (order.rootIds[1] = 1)],
  ['rows of calls that there are not', ({ order }) => (order.rootIds[order.rootIds.length - 1] = 2000)],
  ['runs of calls out of order', ({ order }) => (order.runs[0]![1] = order.runs[0]![1].toReversed())],
  ['a call that runs, and is not there', (index) => (index.running = [9999])],
  ['a call that runs twice', (index) => (index.running = [index.running[0]!, index.running[0]!])],
  ['a time that is none', (index) => (index.endNs = null as never)],
  [
    'a count for a function that cannot be',
    ({ timings }) => timings.splice(0, 2, { ...timings[0]!, functionIndex: 4e6 }),
  ],
  ['nothing of its timings', (index) => delete (index as Partial<FileIndex>).timings],
])('an index with %s counts as none', async (_what, change) => {
  const opened = valueOf(openSessionFile(await forgeJson(BLOCK_TYPES.index, change), Infinity))
  expect(opened).toMatchObject({ isComplete: false, lostBytes: 0 })
  expect(opened.trace.calls.callCount).toBe(CALLS)
  expect(opened.trace.calls.order.idAt(CALLS - 1)).toBeGreaterThan(0)
  opened.close()
})

test.each<[what: string, change: (details: FileDetails) => void]>([
  [
    'a function with a number that cannot be',
    ({ definitions }) => (definitions![0] = [4e6, definitions![0]![1]]),
  ],
  ['a function of no kind', ({ definitions }) => ((definitions![0]![1] as { kind: string }).kind = 'x')],
  ['an error that says nothing', (details) => (details.errors = [null as never])],
  ['a failed call without an error', (details) => (details.failed = [[1] as never])],
  ['overlaps that go round', (details) => (details.overlaps = [[3, 3, true]])],
])('a file ends where there is %s', async (_what, change) => {
  const path = await forgeJson<FileDetails>(BLOCK_TYPES.details, (details) => {
    delete details.decoded
    change(details)
  })
  const opened = valueOf(openSessionFile(path, Infinity))
  expect(opened.isComplete).toBe(false)
  expect(opened.lostBytes).toBeGreaterThan(1000)
  expect(opened.trace.calls.callCount).toBe(0)
  opened.close()
})

test.each<[what: string, change: (block: CallBlock, index: number) => void]>([
  ['lies inside of a later one', ({ parents }, index) => (parents[index] = 900)],
  ['lies inside of itself', ({ parents }, index) => (parents[index] = index)],
  ['has no known outcome', ({ outcomes }, index) => (outcomes[index] = 99)],
  ['is below a top-level call that there is not', ({ roots }, index) => (roots[index] = 1e6)],
  ['begins at no time', ({ starts }, index) => (starts[index] = NaN)],
  ['ends at no time', ({ ends }, index) => (ends[index] = Infinity)],
  ['was suspended for no time', ({ suspensions }, index) => suspensions.set(index, NaN)],
])('a call that %s is lost, with its block', async (_what, change) => {
  const { path, trace, log } = await record()
  change(
    trace.calls.blocks.block(1),
    [3, 4, 5].find((id) => !trace.calls.running.has(id))!,
  )
  await log.finish(1e12)
  const { calls } = valueOf(openSessionFile(path, Infinity)).trace
  expect(calls.callCount).toBe(CALLS)
  expect(calls.errorOf(1)?.code).toBe('SESSION_FILE_DAMAGED')
})

test('a call that ends a little before it begins, as two clocks may have it, is none the worse for it', async () => {
  const { path, trace, log } = await record()
  const id = [3, 4, 5].find((each) => !trace.calls.running.has(each))!
  trace.calls.blocks.block(id).ends[id] = trace.calls.startOf(id) - 1
  await log.finish(1e12)
  const { calls } = valueOf(openSessionFile(path, Infinity)).trace
  expect(calls.errorOf(id)?.code).not.toBe('SESSION_FILE_DAMAGED')
  expect(calls.timesOf(id, 0).totalNs).toBe(0)
})

test.each([-8, 0.5, 1e300, NaN])('a file whose index is said to lie at %d has none', async (offset) => {
  const path = await forge(BLOCK_TYPES.end, (payload) => {
    payload.writeDoubleLE(offset, 0)
    return payload
  })
  const opened = valueOf(openSessionFile(path, Infinity))
  expect(opened.isComplete).toBe(false)
  expect(opened.trace.calls.callCount).toBe(CALLS)
  opened.close()
})

test('a head of another shape is no session file’s', async () => {
  const path = await forge(BLOCK_TYPES.head, () => Buffer.from('[]'))
  expect(errorOf(openSessionFile(path, Infinity))).toMatchObject({ code: 'SESSION_FILE_INVALID' })
  expect(readFileSync(path).length).toBeGreaterThan(1000)
})
