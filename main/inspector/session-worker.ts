/** A worker thread with its ring and trace: starts it, reads what it records, ends it. */
import { Worker } from 'node:worker_threads'
import { makeError } from '../contract/error-codes.ts'
import type { CallId } from '../contract/ids.ts'
import type { InspectorError } from '../contract/result.ts'
import type { MessageFromWorker, MessageToWorker, WorkerInput } from '../host/protocol.ts'
import { createRing } from '../trace/ring.ts'
import type { TraceListener } from '../trace/trace.ts'
import { Trace } from '../trace/trace.ts'
import { TraceFeed } from '../trace/trace-feed.ts'
import { ComputingWatch } from './computing-watch.ts'

/** How long records wait in the ring while a guest runs. */
const DRAIN_INTERVAL_MS = 16
/** How long it is waited for a disk that is slower than the guest. */
const BEHIND_INTERVAL_MS = 2
/** What is read in one turn of the event loop, so that clients are answered while a guest makes calls. */
const DRAIN_LIMIT_BYTES = 256 * 1024

/**
 * V8 often, but not always, ends a worker whose heap is full; otherwise it aborts the whole process. So the
 * inspector looks while code runs in the worker, and ends it before it comes to that.
 */
const HEAP_CHECK_INTERVAL_MS = 100
const HEAP_SHARE_LIMIT = 0.7
/** JavaScript heap of a worker. The guest's own memory is not in it. */
const HEAP_LIMIT_MEBIBYTES = 2048

/** What a worker says to its session; the rest is between the two threads. */
export type MessageForSession = Exclude<MessageFromWorker, { type: 'wake' | 'clock' | 'probed' }>

/** What the owner of a worker hears. */
export interface WorkerListener extends TraceListener {
  onMessage(message: MessageForSession): void
  /** The trace has grown. */
  onTrace(): void
  /** The worker has ended by itself; its records are all in the trace. */
  onExit(error: InspectorError): void
}

/** The worker of one session. */
export class SessionWorker {
  readonly trace: Trace
  readonly #feed: TraceFeed
  /** Wall clock at the session's time zero, in milliseconds since 1970. */
  zeroWallMs = Date.now()
  readonly #worker: Worker
  readonly #computing: ComputingWatch
  readonly #listener: WorkerListener
  #zeroHrtimeNs = process.hrtime.bigint()
  #timer: NodeJS.Timeout | null = null
  #immediate: NodeJS.Immediate | null = null
  #heapTimer: NodeJS.Timeout | null = null
  #started = false
  #fatal: InspectorError | null = null
  #probe: ((pending: string[] | null) => void) | null = null
  #ended = false
  #termination: Promise<void> | null = null

  constructor(
    workerUrl: URL,
    input: Omit<WorkerInput, 'ring'>,
    traceLimitBytes: number,
    listener: WorkerListener,
  ) {
    const ring = createRing()
    this.#listener = listener
    this.trace = new Trace(traceLimitBytes, listener)
    this.#feed = new TraceFeed(ring, this.trace)
    this.#worker = new Worker(workerUrl, {
      workerData: { ...input, ring } satisfies WorkerInput,
      name: `guest ${input.guestName}`.slice(0, 60),
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MEBIBYTES },
      // The launcher's own flags are not the host module's. Stripping types is still called experimental.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    this.#computing = new ComputingWatch(this.#worker)
    this.#worker.on('message', (message: MessageFromWorker) => this.#receive(message))
    this.#worker.on('error', (thrown: NodeJS.ErrnoException) => {
      const code = thrown.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'WORKER_OUT_OF_MEMORY' : 'WORKER_EXITED'
      this.#fatal = makeError(code, {
        why: thrown.message,
        ...(thrown.stack === undefined ? {} : { cause: thrown.stack }),
      })
    })
    this.#worker.on('exit', (exitCode) => {
      if (this.#ended) return
      this.#finish()
      listener.onExit(this.#fatal ?? makeError('WORKER_EXITED', { why: `Its exit code is ${exitCode}.` }))
    })
    this.#watchHeap()
  }

  /** Nanoseconds on the session's clock. */
  nowNs(): number {
    return Number(process.hrtime.bigint() - this.#zeroHrtimeNs)
  }

  post(message: MessageToWorker): void {
    this.#worker.postMessage(message)
    this.#watchHeap()
  }

  /**
   * Has the guest's stacks of these suspended calls recorded, and says what is pending in the worker that could
   * settle a promise; null when it ends before it answers.
   */
  probe(callIds: CallId[]): Promise<string[] | null> {
    return new Promise((resolve) => {
      this.#probe?.(null)
      this.#probe = resolve
      this.post({ type: 'probe', callIds })
    })
  }

  /**
   * Ends the worker, whatever it does. Everything that it recorded is in the trace then, for everybody who has asked: a
   * file that is closed before has no place for it.
   */
  terminate(): Promise<void> {
    return (this.#termination ??= this.#terminate())
  }

  async #terminate(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.#worker.terminate()
    this.#finish()
  }

  /**
   * Resolves when a worker that was told to cancel computes and cannot hear of it: see {@link ComputingWatch}. It
   * stops looking when `isOver` says so.
   */
  waitUntilComputing(isOver: () => boolean): Promise<void> {
    return this.#computing.wait(isOver)
  }

  #receive(message: MessageFromWorker): void {
    if (this.#ended) return
    if (message.type === 'wake') {
      // Many may have come while a turn took its time; a turn for each would leave none to clients.
      if (!this.#immediate) this.#drainTurn()
      return
    }
    if (message.type === 'clock') {
      this.#zeroHrtimeNs = message.zeroHrtimeNs
      this.zeroWallMs = message.zeroWallMs
      return
    }
    // What was recorded before the message was sent is shown before it takes effect.
    this.#drainAll()
    if (message.type === 'probed') {
      this.#probe?.(message.pending)
      this.#probe = null
      return
    }
    if (message.type === 'ready') this.#started = true
    if (message.type === 'run-ended') this.#computing.noteAnswer()
    this.#listener.onMessage(message)
  }

  /** Looks at the heap as long as the worker starts or runs a call. */
  #watchHeap(): void {
    this.#heapTimer ??= setTimeout(() => void this.#checkHeap(), HEAP_CHECK_INTERVAL_MS)
  }

  async #checkHeap(): Promise<void> {
    const heap = await this.#worker.getHeapStatistics().catch(() => null)
    this.#heapTimer = null
    if (this.#ended || !heap) return
    if (heap.used_heap_size > HEAP_SHARE_LIMIT * heap.heap_size_limit) {
      const usedMiB = Math.round(heap.used_heap_size / 2 ** 20)
      this.#fatal = makeError('WORKER_OUT_OF_MEMORY', {
        why: `Its JavaScript heap has ${usedMiB} MiB of the ${Math.round(heap.heap_size_limit / 2 ** 20)} MiB that it may have.`,
      })
      await this.#worker.terminate()
    } else if (!this.#started || this.trace.calls.running.size > 0) this.#watchHeap()
  }

  /** Reads for one turn, and on: at once while much is left, after a moment while the guest makes calls. */
  readonly #drainTurn = (): void => {
    this.#cancelTurn()
    if (this.#ended) return
    if (this.trace.isBehind) {
      // The ring fills up meanwhile, and then the guest waits.
      if (this.#feed.isRingFull) this.trace.slowing.begin()
      this.trace.write()
      this.#timer = setTimeout(this.#drainTurn, BEHIND_INTERVAL_MS)
      return
    }
    const readBytes = this.#drain(DRAIN_LIMIT_BYTES)
    if (readBytes >= DRAIN_LIMIT_BYTES) this.#immediate = setImmediate(this.#drainTurn)
    else if (readBytes > 0 || !this.#feed.rest()) {
      this.#timer = setTimeout(this.#drainTurn, DRAIN_INTERVAL_MS)
    }
  }

  #cancelTurn(): void {
    if (this.#timer) clearTimeout(this.#timer)
    if (this.#immediate) clearImmediate(this.#immediate)
    this.#timer = null
    this.#immediate = null
  }

  #drainAll(): void {
    this.#drain(Infinity)
  }

  #drain(limitBytes: number): number {
    this.trace.slowing.end()
    const readBytes = this.#feed.drain(limitBytes)
    if (readBytes > 0) this.#listener.onTrace()
    return readBytes
  }

  #finish(): void {
    this.#ended = true
    this.#probe?.(null)
    this.#cancelTurn()
    if (this.#heapTimer) clearTimeout(this.#heapTimer)
    if (this.#feed.drainLast() > 0) this.#listener.onTrace()
  }
}
