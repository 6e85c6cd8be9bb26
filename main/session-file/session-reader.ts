/** A session file as `jspi-inspector/session-file` shows it. */
import { BLOCK_LENGTH, indexInBlock } from '../trace/call-block.ts'
import type { DescribeStack } from '../trace/json-lines.ts'
import { describeCall } from '../trace/json-lines.ts'
import type { Trace } from '../trace/trace.ts'
import type { SessionFile as OpenFile } from './open-session-file.ts'
import type {
  CallRange,
  SessionCall,
  SessionCallBase,
  SessionConsoleLine,
  SessionDescription,
  SessionFile,
  SessionFunction,
} from './reader.ts'
import type { DescribedSession } from './saved-session.ts'

/** Names are the guest's to tell, and it is not there. */
const WITHOUT_STACK: DescribeStack = () => null

export class SessionReader implements SessionFile {
  readonly path: string
  readonly session: SessionDescription
  readonly sizeBytes: number
  readonly endNs: number
  readonly isComplete: boolean
  readonly lostBytes: number
  readonly functions: readonly SessionFunction[]
  readonly #file: OpenFile
  readonly #trace: Trace
  #consoleLines: SessionConsoleLine[] | null = null
  #isClosed = false

  constructor(path: string, file: OpenFile, described: DescribedSession) {
    this.path = path
    this.session = describeSession(described)
    this.sizeBytes = file.sizeBytes
    this.endNs = Math.round(file.endNs)
    this.isComplete = file.isComplete
    this.lostBytes = file.lostBytes
    this.functions = file.trace.calls
      .listFunctions()
      .map(({ kind, module, name, params, results }) => ({ kind, module, name, params, results }))
    this.#file = file
    this.#trace = file.trace
  }

  get callCount(): number {
    return this.#trace.calls.callCount
  }

  get droppedCallCount(): number {
    return this.#trace.droppedCount
  }

  get leftOutCallCount(): number {
    return this.#trace.leftOutCount
  }

  get consoleLines(): readonly SessionConsoleLine[] {
    const { console } = this.#trace
    this.#consoleLines ??= console
      .read(0, console.lineCount)
      .map(({ timeNs, level, source, text }) => ({ timeNs: Math.round(timeNs), level, source, text }))
    return this.#consoleLines
  }

  call(id: number): SessionCall | undefined {
    this.#checkOpen()
    return Number.isInteger(id) && this.#trace.calls.exists(id) ? this.#describe(id) : undefined
  }

  *calls(firstId = 1, lastId = this.callCount): IterableIterator<SessionCall> {
    const end = Math.min(lastId, this.callCount)
    for (let id = Math.max(1, Math.ceil(firstId)); id <= end; id++) {
      this.#checkOpen()
      yield this.#describe(id)
    }
  }

  findLostCalls(): CallRange[] {
    this.#checkOpen()
    const { blocks } = this.#trace.calls
    const lost: CallRange[] = []
    for (let id = 1; id <= this.callCount; id += BLOCK_LENGTH - indexInBlock(id)) {
      if (!blocks.block(id).isDamaged) continue
      const lastId = Math.min(id + BLOCK_LENGTH - indexInBlock(id) - 1, this.callCount)
      const before = lost.at(-1)
      if (before?.lastId === id - 1) before.lastId = lastId
      else lost.push({ firstId: id, lastId })
    }
    return lost
  }

  close(): void {
    if (!this.#isClosed) this.#file.close()
    this.#isClosed = true
  }

  /** By then its descriptor may be that of another file. */
  #checkOpen(): void {
    if (this.#isClosed) throw new Error(`The session file is closed: ${this.path}`)
  }

  #describe(id: number): SessionCall {
    const { calls } = this.#trace
    const {
      kind,
      module,
      guestNs,
      outcome,
      endNs,
      stack: _,
      ...rest
    } = describeCall(calls, id, this.endNs, WITHOUT_STACK)
    const stack = calls.stackOf(id)
    const base: SessionCallBase = {
      ...rest,
      // What ran when the file ended was cancelled then.
      outcome: outcome === 'running' ? 'cancelled' : outcome,
      endNs: endNs ?? this.endNs,
      ...(stack && { stackOffsets: [...stack] }),
    }
    return kind === 'import'
      ? { ...base, kind, module: module ?? '' }
      : { ...base, kind, guestNs: guestNs ?? 0 }
  }
}

function describeSession({
  info,
  guestHash,
  version,
  nodeVersion,
  v8Version,
}: DescribedSession): SessionDescription {
  const { guest, host, interleaved, capturesStacks, recordsImports, sliceMs, limits, startedAtMs } = info
  const { name, path = null, sizeBytes, producers } = guest
  return {
    guest: { name, path, sizeBytes, sha256: guestHash, producers },
    host,
    settings: { interleaved, capturesStacks, recordsImports, sliceMs, limits },
    versions: { inspector: version, node: nodeVersion, v8: v8Version },
    startedAtMs,
  }
}
