/**
 * The path of records from a session's worker to the inspector: a ring of bytes in shared memory with one
 * writer (the worker) and one reader (the inspector).
 *
 * Why shared memory and not transferred chunks: a record can be read the moment it is written, also while the
 * guest runs in a loop that never yields, and none is lost when the worker is killed. Messages only wake the
 * reader: at once when it rests, and again for every 64 KiB.
 */

/** Wakes the reader again after so many bytes. */
const WAKE_SIZE_BYTES = 64 * 1024
/** Room for about 50,000 calls between two reads. */
const RING_SIZE_BYTES = 4 * 1024 * 1024

const HEADER_SIZE_BYTES = 64
const HEAD = 0
const TAIL = 1
const READER_RESTS = 2
/** A wake-up has been sent that the reader has not acted on: one message waits at the most. */
const WAKE_SENT = 3

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
  /** Bytes written since the start, modulo 2^32; published to the reader by {@link publish}. */
  #head = 0
  #wokenAt = 0
  #tailSeen = 0

  /** `wake` sends the reader a message; it may be called from a busy worker. */
  constructor(ring: SharedArrayBuffer, wake: () => void) {
    super(ring)
    this.#wake = wake
  }

  /** The largest event that fits: a quarter of the ring, so that the reader always finds work beside it. */
  get largestEventBytes(): number {
    return this.sizeBytes / 4
  }

  /**
   * Waits until the event fits, writes its header, and returns its offset in bytes. Waiting slows the guest
   * down to the speed of the reader: nothing is lost.
   */
  reserve(tag: number, sizeBytes: number): number {
    let offset = this.#head & (this.sizeBytes - 1)
    const roomToEnd = this.sizeBytes - offset
    if (roomToEnd < sizeBytes) {
      this.#waitForRoom(roomToEnd)
      this.words[offset >> 2] = PADDING_TAG
      this.words[(offset >> 2) + 1] = roomToEnd
      this.#advance(roomToEnd)
      offset = 0
    }
    this.#waitForRoom(sizeBytes)
    this.words[offset >> 2] = tag
    this.words[(offset >> 2) + 1] = sizeBytes
    return offset
  }

  /** How many bytes have been written, modulo 2^32: tells whether anything was since. */
  get headBytes(): number {
    return this.#head
  }

  /** Hands the event that was reserved last to the reader. */
  publish(sizeBytes: number): void {
    this.#advance(sizeBytes)
    if (Atomics.load(this.header, READER_RESTS) === 1) {
      if (Atomics.compareExchange(this.header, READER_RESTS, 1, 0) === 1) this.#wakeReader()
    } else if (((this.#head - this.#wokenAt) | 0) >= WAKE_SIZE_BYTES) this.#wakeReader()
  }

  #advance(sizeBytes: number): void {
    this.#head = (this.#head + sizeBytes) | 0
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
      this.#wakeReader()
      Atomics.wait(this.header, TAIL, tail)
    }
  }
}

/** The inspector's end. */
export class RingReader extends RingViews {
  #tail = 0

  /**
   * Calls `read` with tag and offset of each event that has been published, oldest first, and frees its room
   * afterwards. Stops after about `limitBytes`. Returns the number of bytes read.
   */
  drain(read: (tag: number, offset: number) => void, limitBytes: number): number {
    Atomics.store(this.header, WAKE_SENT, 0)
    const mask = this.sizeBytes - 1
    const head = Atomics.load(this.header, HEAD)
    const begin = this.#tail
    let freedAt = this.#tail
    while (this.#tail !== head && ((this.#tail - begin) | 0) < limitBytes) {
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

  /** Whether the writer waits for room, or will before long. */
  get isFull(): boolean {
    const waitingBytes = (Atomics.load(this.header, HEAD) - this.#tail) | 0
    return waitingBytes > this.sizeBytes - WAKE_SIZE_BYTES
  }

  /**
   * Says that the reader rests until it is woken. Returns false when events arrived in the meantime, so that
   * it has to read on.
   */
  rest(): boolean {
    Atomics.store(this.header, READER_RESTS, 1)
    if (Atomics.load(this.header, HEAD) === this.#tail) return true
    Atomics.store(this.header, READER_RESTS, 0)
    return false
  }

  #free(): void {
    Atomics.store(this.header, TAIL, this.#tail)
    Atomics.notify(this.header, TAIL)
  }
}
