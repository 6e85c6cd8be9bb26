/**
 * The path of records from a session's worker to the inspector: a ring of bytes in shared memory with one
 * writer (the worker) and one reader (the inspector).
 *
 * Why shared memory and not transferred chunks: a record can be read while the guest runs in a loop that never
 * yields, and none is lost when the worker is killed. Messages only wake the reader: at once when it rests, and again
 * for every 64 KiB.
 *
 * An atomic store for each event would cost as much as the event, since the processor waits there until the other one
 * has given up the ring's memory. So the writer publishes what it has written once for many events, and says without
 * an atomic how far it is. What the reader saw of that a moment ago is true by then, on every processor.
 */

/** Wakes the reader again after so many bytes. */
const WAKE_SIZE_BYTES = 64 * 1024
/** Room for about 65,000 calls between two reads. */
const RING_SIZE_BYTES = 4 * 1024 * 1024

/** Publishes what has been written after so many bytes: about 16 calls. */
const PUBLISH_SIZE_BYTES = 1024
/** After this long what a processor has stored has long been seen by the others. */
const SETTLE_MS = 1

const HEADER_SIZE_BYTES = 128
/** Bytes written since the start, modulo 2^32, as far as they are published. */
const HEAD = 0
/** The same of all that is written, and in the lowest bits the phase of the event that begins there (see `hold`). */
const WRITTEN = 1
// What the reader writes lies in another cache line than what the writer does.
/** Bytes read since the start, modulo 2^32. */
const TAIL = 16
const READER_RESTS = 17
/** A wake-up has been sent that the reader has not acted on: one message waits at the most. */
const WAKE_SENT = 18
/** Sizes are multiples of 8, so that a position has room for a phase. */
const PHASE_BITS = 7

/**
 * An event with this tag fills the end of the ring, where the next event did not fit. Every event begins with its
 * tag and its size in bytes, a multiple of 8.
 */
const PADDING_TAG = 0

/** Makes an empty ring. `sizeBytes` is a power of two. */
export function createRing(sizeBytes: number = RING_SIZE_BYTES): SharedArrayBuffer {
  const ring = new SharedArrayBuffer(HEADER_SIZE_BYTES + sizeBytes)
  new Int32Array(ring, 0, HEADER_SIZE_BYTES / 4)[READER_RESTS] = 1
  return ring
}

/** The typed views of a ring's bytes. */
class RingViews {
  readonly bytes: Uint8Array
  readonly words: Uint32Array
  readonly integers: Int32Array
  readonly floats: Float64Array
  readonly longs: BigInt64Array
  readonly sizeBytes: number
  protected readonly header: Int32Array

  constructor(ring: SharedArrayBuffer) {
    this.sizeBytes = ring.byteLength - HEADER_SIZE_BYTES
    this.header = new Int32Array(ring, 0, HEADER_SIZE_BYTES / 4)
    this.bytes = new Uint8Array(ring, HEADER_SIZE_BYTES)
    this.words = new Uint32Array(ring, HEADER_SIZE_BYTES)
    this.integers = new Int32Array(ring, HEADER_SIZE_BYTES)
    this.floats = new Float64Array(ring, HEADER_SIZE_BYTES)
    this.longs = new BigInt64Array(ring, HEADER_SIZE_BYTES)
  }
}

/** The worker's end. */
export class RingWriter extends RingViews {
  readonly #wake: () => void
  /** Bytes written since the start, modulo 2^32. */
  #head = 0
  #published = 0
  #wokenAt = 0
  #tailSeen = 0
  #heldBytes = 0

  /** `wake` sends the reader a message; it may be called from a busy worker. */
  constructor(ring: SharedArrayBuffer, wake: () => void) {
    super(ring)
    this.#wake = wake
  }

  /** The largest event that fits: a quarter of the ring, so that the reader always finds work beside it. */
  get largestEventBytes(): number {
    return this.sizeBytes / 4
  }

  /** Whether the newest event is held: see {@link hold}. */
  get isHolding(): boolean {
    return this.#heldBytes !== 0
  }

  /**
   * Waits until the event fits, writes its header, and returns its offset in bytes. Waiting slows the guest
   * down to the speed of the reader: nothing is lost. An event that is held is let go as it is.
   */
  reserve(tag: number, sizeBytes: number): number {
    if (this.#heldBytes !== 0) this.#letGo()
    let offset = this.#head & (this.sizeBytes - 1)
    const roomToEnd = this.sizeBytes - offset
    if (roomToEnd < sizeBytes) {
      this.#waitForRoom(roomToEnd)
      this.words[offset >> 2] = PADDING_TAG
      this.words[(offset >> 2) + 1] = roomToEnd
      this.#head = (this.#head + roomToEnd) | 0
      offset = 0
    }
    this.#waitForRoom(sizeBytes)
    this.words[offset >> 2] = tag
    this.words[(offset >> 2) + 1] = sizeBytes
    return offset
  }

  /** Hands the event that was reserved last to the reader, at once. */
  publish(sizeBytes: number): void {
    this.#head = (this.#head + sizeBytes) | 0
    this.flush()
  }

  /**
   * Keeps the event that was reserved last, to be changed: what it says may become more before another is written.
   * The reader hears of it as it stands, with its `phase` (1 to 7), if that takes longer than a moment.
   */
  hold(sizeBytes: number, phase: number): void {
    this.#heldBytes = sizeBytes
    this.setPhase(phase)
  }

  /** Gives the event that is held another phase. */
  setPhase(phase: number): void {
    this.header[WRITTEN] = this.#head | phase
    if (this.header[READER_RESTS] === 1) this.flush()
  }

  /** Hands the event that was held to the reader: at once where that rests, else with those that follow. */
  release(): void {
    this.#letGo()
    this.header[WRITTEN] = this.#head
    if (((this.#head - this.#published) | 0) >= PUBLISH_SIZE_BYTES || this.header[READER_RESTS] === 1) {
      this.flush()
    }
  }

  /** Publishes all that is written, but for an event that is held. */
  flush(): void {
    this.#publish()
    if (Atomics.load(this.header, READER_RESTS) === 1) {
      if (Atomics.compareExchange(this.header, READER_RESTS, 1, 0) === 1) this.#wakeReader()
    } else if (((this.#head - this.#wokenAt) | 0) >= WAKE_SIZE_BYTES) this.#wakeReader()
  }

  #letGo(): void {
    this.#head = (this.#head + this.#heldBytes) | 0
    this.#heldBytes = 0
  }

  #publish(): void {
    this.#published = this.#head
    if (this.#heldBytes === 0) this.header[WRITTEN] = this.#head
    Atomics.store(this.header, HEAD, this.#head)
  }

  #wakeReader(): void {
    this.#wokenAt = this.#head
    if (Atomics.exchange(this.header, WAKE_SENT, 1) === 0) this.#wake()
  }

  #waitForRoom(sizeBytes: number): void {
    while (((this.#head - this.#tailSeen) | 0) + sizeBytes > this.sizeBytes) {
      const tail = Atomics.load(this.header, TAIL)
      if (tail !== this.#tailSeen) {
        this.#tailSeen = tail
        continue
      }
      this.#publish()
      this.#wakeReader()
      Atomics.wait(this.header, TAIL, tail)
    }
  }
}

/** The inspector's end. */
export class RingReader extends RingViews {
  #tail = 0
  /** What `WRITTEN` said at the newest look, and when that was. */
  #seen = 0
  #seenAtMs = 0
  /** What it said at a look before that: all of it is there. */
  #settled = 0

  /**
   * Calls `read` with tag and offset of each event, oldest first, and frees its room afterwards. Stops after about
   * `limitBytes`. Returns the number of bytes read.
   */
  drain(read: (tag: number, offset: number) => void, limitBytes: number): number {
    Atomics.store(this.header, WAKE_SENT, 0)
    this.#look()
    const mask = this.sizeBytes - 1
    const head = Atomics.load(this.header, HEAD)
    const written = this.#settled & ~PHASE_BITS
    const end = ((written - head) | 0) > 0 ? written : head
    const begin = this.#tail
    let freedAt = this.#tail
    while (this.#tail !== end && ((this.#tail - begin) | 0) < limitBytes) {
      const offset = this.#tail & mask
      const tag = this.words[offset >> 2]!
      const sizeBytes = this.words[(offset >> 2) + 1]!
      if (tag !== PADDING_TAG) read(tag, offset)
      this.#tail = (this.#tail + sizeBytes) | 0
      if (((this.#tail - freedAt) | 0) >= WAKE_SIZE_BYTES) {
        freedAt = this.#tail
        this.#free()
      }
    }
    this.#free()
    return (this.#tail - begin) | 0
  }

  /** The event that has been held for a moment, if all before it has been read; it may be more by now. */
  get held(): { offset: number; phase: number } | null {
    const phase = this.#settled & PHASE_BITS
    if (phase === 0 || (this.#settled & ~PHASE_BITS) !== this.#tail) return null
    return { offset: this.#tail & (this.sizeBytes - 1), phase }
  }

  /** To be called when the writer is gone: all that it wrote is there. */
  settle(): void {
    this.#seen = this.#settled = Atomics.load(this.header, WRITTEN)
  }

  /** Whether the writer waits for room, or will before long. */
  get isFull(): boolean {
    const waitingBytes = (Atomics.load(this.header, HEAD) - this.#tail) | 0
    return waitingBytes > this.sizeBytes - WAKE_SIZE_BYTES
  }

  /**
   * Says that the reader rests until it is woken. Returns false when it has to look again after a moment: there is
   * more, or it did not rest at the look before. The writer may not have seen by then that it does.
   */
  rest(): boolean {
    const hasRested = Atomics.exchange(this.header, READER_RESTS, 1) === 1
    const written = Atomics.load(this.header, WRITTEN)
    const hasAll = written === this.#settled && (written & ~PHASE_BITS) === this.#tail
    return hasRested && hasAll
  }

  #look(): void {
    const nowMs = performance.now()
    if (nowMs - this.#seenAtMs < SETTLE_MS) return
    this.#settled = this.#seen
    this.#seen = Atomics.load(this.header, WRITTEN)
    this.#seenAtMs = nowMs
  }

  #free(): void {
    Atomics.store(this.header, TAIL, this.#tail)
    Atomics.notify(this.header, TAIL)
  }
}
