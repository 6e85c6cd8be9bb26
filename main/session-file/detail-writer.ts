/** Writes what a session file keeps besides the calls: functions, stacks, errors and other texts, and the console. */
import type { CallId } from '../contract/ids.ts'
import { idsOfBlock } from '../trace/call-block.ts'
import { isStandIn } from '../trace/stand-ins.ts'
import type { DetailLog } from '../trace/trace-log.ts'
import type { Trace } from '../trace/trace.ts'
import type { BlockFileWriter, Offset } from './block-file.ts'
import { BLOCK_TYPES } from './file-block.ts'
import type { FileDetails } from './file-parts.ts'
import { encodePart } from './file-parts.ts'

/** Texts of up to 64 KiB in one block of the file. */
const TEXTS_PER_BLOCK = 200
/** Entries of a few numbers, or of a short text. */
const NUMBERS_PER_BLOCK = 20_000
/** Blocks of texts that are written in one turn. */
const TEXT_BLOCKS_PER_TURN = 20

/** One for each file that is written. */
export class DetailWriter implements DetailLog {
  readonly #trace: Trace
  readonly #writer: BlockFileWriter
  /** Where the blocks of the file lie that were written. */
  readonly detailOffsets: Offset[] = []
  readonly consoleOffsets: Offset[] = []
  #definitionCount = 0
  #errorCount = 0
  #stackCount = 0
  #lineCount = 0
  #hasMore = false
  /** What the file does not have yet: handles, and calls. */
  readonly #previews: Set<number>
  readonly #failed: Set<CallId>
  readonly #decoded: Set<CallId>
  readonly #overlaps: Set<CallId>
  readonly #scattered: Set<CallId>
  readonly #suspended = new Set<CallId>()
  /** Calls in which the guest is suspended, as the file has it. */
  readonly #knownSuspended = new Set<CallId>()

  /** Of a file that has nothing of the trace yet. */
  constructor(trace: Trace, writer: BlockFileWriter) {
    this.#trace = trace
    this.#writer = writer
    const { calls } = trace
    this.#failed = new Set(calls.errors.ids())
    this.#decoded = new Set(calls.decoded.ids())
    this.#overlaps = new Set(calls.overlaps.ids())
    this.#scattered = new Set(calls.scattered.ids())
    this.#previews = new Set(calls.previews.byHandle.keys())
    calls.overlaps.onChange = (id) => this.#overlaps.add(id)
    calls.scattered.onChange = (id) => this.#scattered.add(id)
  }

  /** Whether anything may be left that the last turn had no time for. */
  get hasMore(): boolean {
    return this.#hasMore
  }

  notePreview(handle: number): void {
    this.#previews.add(handle)
  }

  noteFailed(id: CallId): void {
    this.#failed.add(id)
  }

  noteDecoded(id: CallId): void {
    this.#decoded.add(id)
  }

  noteLeftOut(blockIndex: number): void {
    const { firstId, lastId } = idsOfBlock(blockIndex)
    for (let id = firstId; id <= lastId; id++) {
      this.#failed.delete(id)
      this.#decoded.delete(id)
      this.#overlaps.delete(id)
      this.#scattered.delete(id)
      this.#suspended.delete(id)
    }
  }

  /** Writes all that there is, or as much of it as one turn has time for. */
  writeTurn(): void {
    this.#hasMore = true
    this.#noteSuspended()
    for (let written = 0; written < TEXT_BLOCKS_PER_TURN && this.#hasMore; written++) {
      const hasDetails = this.writeDetails()
      this.#hasMore = this.#writeConsole() || hasDetails
    }
  }

  /** Writes what time it is. */
  writeTime(writtenNs: number): void {
    this.#append({ writtenNs })
  }

  /** Writes a block of what is known besides calls and console; says whether there may be more of it. */
  writeDetails(): boolean {
    const { calls } = this.#trace
    const { definitions, errors, stacks } = calls
    const details: FileDetails = {}
    if (definitions.length > this.#definitionCount) {
      const all = definitions.map((definition, index) => [index, definition] as const)
      const added = all.slice(this.#definitionCount).filter(([, definition]) => !isStandIn(definition))
      if (added.length > 0) details.definitions = added
      this.#definitionCount = definitions.length
    }
    const newErrors = errors.list.slice(this.#errorCount, this.#errorCount + TEXTS_PER_BLOCK)
    if (newErrors.length > 0) details.errors = newErrors
    this.#errorCount += newErrors.length
    const newStacks = stacks.list().slice(this.#stackCount, this.#stackCount + NUMBERS_PER_BLOCK)
    if (newStacks.length > 0) details.stacks = newStacks
    this.#stackCount += newStacks.length
    const failed = take(this.#failed, NUMBERS_PER_BLOCK)
    if (failed.length > 0) details.failed = failed.map((id) => [id, errors.numberOf(id)])
    const previews = take(this.#previews, NUMBERS_PER_BLOCK)
    if (previews.length > 0)
      details.previews = previews.map((handle) => [handle, calls.previews.get(handle)!])
    const decoded = take(this.#decoded, TEXTS_PER_BLOCK)
    if (decoded.length > 0) details.decoded = decoded.map((id) => [id, [...calls.decoded.rawTexts(id)]])
    const overlaps = take(this.#overlaps, NUMBERS_PER_BLOCK)
    if (overlaps.length > 0) details.overlaps = overlaps.map((id) => calls.overlaps.known(id))
    const scattered = take(this.#scattered, NUMBERS_PER_BLOCK)
    if (scattered.length > 0) details.scattered = scattered
    const suspended = take(this.#suspended, NUMBERS_PER_BLOCK).filter((id) => calls.suspended.has(id))
    if (suspended.length > 0) {
      details.suspended = suspended.map((id) => [id, calls.suspendedSince(id) - calls.startOf(id)])
    }
    if (Object.keys(details).length === 0) return false
    this.#append(details)
    return true
  }

  #append(details: FileDetails): void {
    this.detailOffsets.push(this.#writer.append(BLOCK_TYPES.details, encodePart(details)))
  }

  /** Most suspensions are over by now: only those that are not are written, once each. */
  #noteSuspended(): void {
    const { suspended } = this.#trace.calls
    for (const id of this.#knownSuspended) if (!suspended.has(id)) this.#knownSuspended.delete(id)
    for (const id of suspended) {
      if (this.#knownSuspended.has(id)) continue
      this.#knownSuspended.add(id)
      this.#suspended.add(id)
    }
  }

  /** Writes lines of the console; says whether there are more. */
  #writeConsole(): boolean {
    const { console } = this.#trace
    const lines = console.read(this.#lineCount, TEXTS_PER_BLOCK)
    const last = lines.at(-1)
    if (last === undefined) return false
    this.#lineCount = last.index + 1
    this.consoleOffsets.push(this.#writer.append(BLOCK_TYPES.console, encodePart({ lines })))
    return true
  }
}

function take(from: Set<number>, limit: number): number[] {
  const taken: number[] = []
  for (const entry of from) {
    if (taken.length === limit) break
    taken.push(entry)
    from.delete(entry)
  }
  return taken
}
