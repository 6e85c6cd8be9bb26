/** A session file on disk: appends blocks and reads them. */
import { closeSync, fstatSync, openSync, readSync, unlinkSync, write } from 'node:fs'
import { copyFile, truncate } from 'node:fs/promises'
import type { BlockHeader, BlockType } from './file-block.ts'
import { decodeHeader, encodeBlock, HEADER_BYTES, isIntact, paddedSize } from './file-block.ts'

/** Blocks whose memory is kept. */
const ROOM_LIMIT = 8
/** After a failure it is tried again after so long. */
const RETRY_MS = 1000

/** Where a block begins in the file, header included. */
export type Offset = number

/** A block as it was found. */
export interface FoundBlock {
  header: BlockHeader
  /** Begins at a multiple of 8 of its buffer. */
  payload: Uint8Array
  /** Where the next one would begin. */
  nextOffset: Offset
}

/** Reads blocks. Throws what the file system throws. */
export class BlockFileReader {
  readonly #descriptor: number
  readonly sizeBytes: number
  #failure: unknown = null

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r')
    this.sizeBytes = fstatSync(this.#descriptor).size
  }

  /** What the file system has thrown last, to whomever; null where it has not. */
  get failure(): unknown {
    return this.#failure
  }

  /** The block at `offset`; null where there is none, or not as it was written. */
  read(offset: Offset): FoundBlock | null {
    try {
      return readBlock(this.#descriptor, offset)
    } catch (thrown) {
      this.#failure = thrown
      throw thrown
    }
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

function readBlock(descriptor: number, offset: Offset): FoundBlock | null {
  // A file may say anything of where its blocks are.
  if (!Number.isSafeInteger(offset) || offset < 0) return null
  const header = decodeHeader(readBytes(descriptor, offset, HEADER_BYTES))
  if (header === null) return null
  const payload = readBytes(descriptor, offset + HEADER_BYTES, header.sizeBytes)
  if (!isIntact(header, payload)) return null
  return { header, payload, nextOffset: offset + paddedSize(header.sizeBytes) }
}

/** As many of the bytes as there are. */
function readBytes(descriptor: number, offset: Offset, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  let length = 0
  while (length < sizeBytes) {
    const count = readSync(descriptor, bytes, length, sizeBytes - length, offset + length)
    if (count === 0) return bytes.subarray(0, length)
    length += count
  }
  return bytes
}

/** Where a file ends. */
export interface FileEnd {
  /** Of the next block. */
  sequence: number
  sizeBytes: number
}

/**
 * Appends blocks, in the background and in order. One that cannot be written is kept and tried again: at its own
 * place, so that a part that was written is written over.
 */
export class BlockFileWriter {
  readonly path: string
  readonly #descriptor: number
  readonly #waiting: { offset: Offset; bytes: Uint8Array<ArrayBuffer> }[] = []
  readonly #onFailure: (failure: NodeJS.ErrnoException | null) => void
  /** Memory of blocks that are on the disk, for others: what is thrown away is work for the garbage collector. */
  readonly #room: ArrayBuffer[] = []
  #sequence = 0
  #sizeBytes = 0
  #writtenBytes = 0
  #isWriting = false
  #isEnded = false
  #isClosed = false
  #retry: NodeJS.Timeout | null = null
  #failure: NodeJS.ErrnoException | null = null
  #idle: (() => void)[] = []

  /**
   * Creates the file, or empties it; throws what the file system throws. `onFailure` hears of later failures, and null
   * when one is over.
   */
  constructor(
    path: string,
    onFailure: (failure: NodeJS.ErrnoException | null) => void,
    continued: FileEnd | null = null,
  ) {
    this.path = path
    this.#descriptor = openSync(path, continued ? 'r+' : 'w+')
    this.#onFailure = onFailure
    if (!continued) return
    this.#sequence = continued.sequence
    this.#sizeBytes = continued.sizeBytes
    this.#writtenBytes = continued.sizeBytes
  }

  /** Goes on behind the end of a copy. */
  static continue(path: string, end: FileEnd): BlockFileWriter {
    return new BlockFileWriter(path, () => {}, end)
  }

  /** Copies all that was appended until now to another file, and says where that ends. */
  async copy(path: string): Promise<FileEnd> {
    const end = { sequence: this.#sequence, sizeBytes: this.#sizeBytes }
    await this.whenIdle()
    if (this.#failure) throw this.#failure
    await copyFile(this.path, path)
    await truncate(path, end.sizeBytes)
    return end
  }

  /** Bytes up to which the file is on the disk. */
  get writtenBytes(): number {
    return this.#writtenBytes
  }

  /** Bytes that wait to be written. */
  get waitingBytes(): number {
    return this.#sizeBytes - this.#writtenBytes
  }

  /** Why nothing can be written at present. */
  get failure(): NodeJS.ErrnoException | null {
    return this.#failure
  }

  /** Where the block is to begin. Throws where the file is closed, or about to be. */
  append(type: BlockType, payload: Uint8Array): Offset {
    if (this.#isEnded) throw new Error(`${this.path} has been closed: nothing can be appended.`)
    const offset = this.#sizeBytes
    const bytes = encodeBlock(type, this.#sequence++, payload, this.#room.pop())
    this.#sizeBytes += bytes.length
    this.#waiting.push({ offset, bytes })
    this.#writeNext()
    return offset
  }

  /** A block that is on the disk. Throws where the file is closed: its descriptor may be another file's by now. */
  read(offset: Offset): FoundBlock | null {
    if (this.#isClosed) throw new Error(`${this.path} has been closed: nothing can be read.`)
    return readBlock(this.#descriptor, offset)
  }

  /** Resolves when nothing waits, or what waits cannot be written. */
  async whenIdle(): Promise<void> {
    while (this.#isWriting || (this.#waiting.length > 0 && this.#failure === null)) {
      await new Promise<void>((resolve) => this.#idle.push(resolve))
    }
  }

  /** Writes what waits, if that can be written, and closes the file. */
  async close(): Promise<void> {
    this.#isEnded = true
    await this.whenIdle()
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#retry) clearTimeout(this.#retry)
    closeSync(this.#descriptor)
  }

  /** Closes the file and removes it; what waits is not written. */
  async remove(): Promise<void> {
    this.#waiting.length = 0
    await this.close()
    unlinkSync(this.path)
  }

  #writeNext(): void {
    const [next] = this.#waiting
    if (this.#isWriting || this.#retry || next === undefined) return
    this.#isWriting = true
    const done = this.#writtenBytes - next.offset
    write(
      this.#descriptor,
      next.bytes,
      done,
      next.bytes.length - done,
      this.#writtenBytes,
      (failure, count) => {
        this.#isWriting = false
        if (this.#waiting[0] !== next) return this.#resolveIdle()
        if (failure) return this.#fail(failure)
        if (this.#failure) this.#onFailure(null)
        this.#failure = null
        this.#writtenBytes += count
        if (this.#writtenBytes === next.offset + next.bytes.length) {
          this.#waiting.shift()
          if (this.#room.length < ROOM_LIMIT) this.#room.push(next.bytes.buffer)
        }
        if (this.#waiting.length === 0) this.#resolveIdle()
        this.#writeNext()
      },
    )
  }

  #fail(failure: NodeJS.ErrnoException): void {
    const isNew = this.#failure === null
    this.#failure = failure
    if (isNew) this.#onFailure(failure)
    this.#resolveIdle()
    this.#retry = setTimeout(() => {
      this.#retry = null
      this.#writeNext()
    }, RETRY_MS)
    this.#retry.unref()
  }

  #resolveIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}
