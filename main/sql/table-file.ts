/**
 * A database file of SQLite with one table, made without SQLite: its pages are filled in the order of the rows, which takes a
 * fraction of what inserting takes. https://www.sqlite.org/fileformat2.html, sections 1.3 and 1.6.
 */
import { Cell, varintBytes, writeVarint } from './cell.ts'

const PAGE_BYTES = 8192
/** A cell that takes more would go on in pages of its own. */
const LONGEST_PAYLOAD_BYTES = PAGE_BYTES - 35
/** Pages that are handed over together. */
const CHUNK_PAGES = 64
const FILE_HEADER_BYTES = 100
/** The page that SQLite locks and never writes. */
const LOCK_PAGE = 2 ** 30 / PAGE_BYTES + 1

const LEAF = { type: 0x0d, headerBytes: 8 }
const INTERIOR = { type: 0x05, headerBytes: 12 }
const POINTER_BYTES = 2
/** A page of a level, and the number of the last row below it. */
interface Child {
  page: number
  lastRowId: number
}

/** Pages that follow one another in the file. */
export interface PageChunk {
  offsetBytes: number
  bytes: Uint8Array
}

/** Takes rows in order of their numbers; what is filled is taken from it and written by somebody else. */
export class TableFile {
  readonly #leaves: Child[] = []
  readonly #full: PageChunk[] = []
  #chunk: PageChunk = { offsetBytes: PAGE_BYTES, bytes: new Uint8Array(CHUNK_PAGES * PAGE_BYTES) }
  /** The page that is being filled; the first one of the file comes last. */
  #page = 2
  #pageStart = 0
  #cellCount = 0
  #contentStart = PAGE_BYTES
  #lastRowId = 0

  /** Adds a row, whose first column is its number; false where it takes more than a page. */
  add(rowId: number, cell: Cell): boolean {
    if (cell.payloadBytes > LONGEST_PAYLOAD_BYTES) return false
    const sizeBytes = cell.sizeBytes(rowId)
    const pointersEnd = LEAF.headerBytes + POINTER_BYTES * (this.#cellCount + 1)
    if (this.#contentStart - sizeBytes < pointersEnd) this.#endLeaf()
    this.#place(LEAF.headerBytes, sizeBytes)
    cell.copyTo(this.#chunk.bytes, this.#pageStart + this.#contentStart, rowId)
    this.#lastRowId = rowId
    return true
  }

  /** What has been filled since. */
  take(): PageChunk[] {
    return this.#full.splice(0)
  }

  /** Ends the file: what is left of it. `sql` makes the table `name`, and begins with `CREATE TABLE`. */
  end(name: string, sql: string): PageChunk[] {
    this.#endLeaf()
    let level = this.#leaves
    while (level.length > 1) level = this.#addLevel(level)
    const pageCount = this.#page - 1
    const { offsetBytes, bytes } = this.#chunk
    this.#full.push({ offsetBytes, bytes: bytes.subarray(0, this.#pageStart) })
    this.#full.push({ offsetBytes: 0, bytes: makeFirstPage(pageCount, name, sql, level[0]!.page) })
    return this.take()
  }

  #endLeaf(): void {
    this.#leaves.push({ page: this.#page, lastRowId: this.#lastRowId })
    this.#endPage(LEAF.type)
  }

  /** The pages above those of a level, each with about as many below it: one with a single one is not allowed. */
  #addLevel(children: readonly Child[]): Child[] {
    const fanOut = Math.floor((PAGE_BYTES - INTERIOR.headerBytes) / (POINTER_BYTES + 4 + 9))
    const pageCount = Math.ceil(children.length / fanOut)
    return Array.from({ length: pageCount }, (_, index) => {
      const from = Math.floor((index * children.length) / pageCount)
      const end = Math.floor(((index + 1) * children.length) / pageCount)
      const last = children[end - 1]!
      for (const child of children.slice(from, end - 1)) this.#addChild(child)
      this.#view().setUint32(8, last.page)
      const page = this.#page
      this.#endPage(INTERIOR.type)
      return { page, lastRowId: last.lastRowId }
    })
  }

  #addChild({ page, lastRowId }: Child): void {
    this.#place(INTERIOR.headerBytes, 4 + varintBytes(lastRowId))
    this.#view().setUint32(this.#contentStart, page)
    writeVarint(this.#chunk.bytes, this.#pageStart + this.#contentStart + 4, lastRowId)
  }

  /** Makes room for a cell at the end of what is free, and points to it. */
  #place(headerBytes: number, sizeBytes: number): void {
    this.#contentStart -= sizeBytes
    const { bytes } = this.#chunk
    const at = this.#pageStart + headerBytes + POINTER_BYTES * this.#cellCount++
    bytes[at] = this.#contentStart >> 8
    bytes[at + 1] = this.#contentStart
  }

  #view(): DataView {
    return new DataView(this.#chunk.bytes.buffer, this.#pageStart, PAGE_BYTES)
  }

  #endPage(type: number): void {
    writePageHeader(this.#view(), type, this.#cellCount, this.#contentStart)
    this.#cellCount = 0
    this.#contentStart = PAGE_BYTES
    this.#skipPage()
    if (this.#page === LOCK_PAGE) this.#skipPage()
  }

  #skipPage(): void {
    this.#page++
    this.#pageStart += PAGE_BYTES
    if (this.#pageStart < this.#chunk.bytes.length) return
    this.#full.push(this.#chunk)
    const bytes = new Uint8Array(CHUNK_PAGES * PAGE_BYTES)
    this.#chunk = { offsetBytes: (this.#page - 1) * PAGE_BYTES, bytes }
    this.#pageStart = 0
  }
}

function writePageHeader(view: DataView, type: number, cellCount: number, contentStart: number): void {
  view.setUint8(0, type)
  view.setUint16(3, cellCount)
  view.setUint16(5, contentStart)
}

/** The file's header, and the schema: one table. */
function makeFirstPage(pageCount: number, name: string, sql: string, rootPage: number): Uint8Array {
  const bytes = new Uint8Array(PAGE_BYTES)
  const view = new DataView(bytes.buffer)
  bytes.set(Buffer.from('SQLite format 3\0', 'latin1'))
  view.setUint16(16, PAGE_BYTES)
  // Versions of the format for writing and reading, no bytes reserved, and three fractions that are always these.
  bytes.set([1, 1, 0, 64, 32, 32], 18)
  // A count of changes, which has to stand twice for the number of pages to hold; the schema's; its format; UTF-8.
  for (const [at, value] of [
    [24, 1],
    [28, pageCount],
    [40, 1],
    [44, 4],
    [56, 1],
    [92, 1],
  ] as const) {
    view.setUint32(at, value)
  }
  const cell = new Cell()
  for (const text of ['table', name, name]) cell.addText(text)
  cell.addInteger(rootPage)
  cell.addText(sql)
  const contentStart = PAGE_BYTES - cell.sizeBytes(1)
  cell.copyTo(bytes, contentStart, 1)
  writePageHeader(new DataView(bytes.buffer, FILE_HEADER_BYTES), LEAF.type, 1, contentStart)
  view.setUint16(FILE_HEADER_BYTES + LEAF.headerBytes, contentStart)
  return bytes
}
