/**
 * The blocks that a session file consists of, one after the other: a header of 24 bytes and what it announces. See
 * docs/session-format.md. A header has a checksum of its own, so that its length can be trusted.
 */
import { crc32 } from 'node:zlib'

/** `JSB1` */
const MAGIC = 0x3142_534a
export const HEADER_BYTES = 24
/** Longer ones are not written, and not believed. */
const LONGEST_PAYLOAD_BYTES = 256 * 1024 * 1024

/** What a block holds. Numbers are the format's. */
export const BLOCK_TYPES = {
  /** JSON: the format's version, and what session it is of. The first block. */
  head: 1,
  /** JSON: functions, errors, stacks, texts of references, readings. */
  details: 2,
  /** Calls that are new. */
  calls: 3,
  /** What has changed of calls that were written before. */
  changes: 4,
  /** JSON: lines of the console. */
  console: 5,
  /** JSON: where all blocks are, and what would have to be counted together from them. */
  index: 6,
  /** Where the index and the timeline are. The last block, of a file that was closed. */
  end: 7,
  /** The timeline's levels of detail, which would have to be built from all calls. */
  timeline: 8,
  /** Where calls stood that were given up before they were written. */
  leftOut: 9,
} as const
export type BlockType = (typeof BLOCK_TYPES)[keyof typeof BLOCK_TYPES]

/** What the header of a block says. */
export interface BlockHeader {
  type: number
  /** Counts the blocks of a file from 0. */
  sequence: number
  sizeBytes: number
  checksum: number
}

/** A block with its header, filled up to a multiple of 8; in `room` where it fits there. */
export function encodeBlock(
  type: BlockType,
  sequence: number,
  payload: Uint8Array,
  room: ArrayBuffer | null = null,
): Uint8Array<ArrayBuffer> {
  const sizeBytes = paddedSize(payload.length)
  const bytes =
    room !== null && room.byteLength >= sizeBytes
      ? new Uint8Array(room, 0, sizeBytes).fill(0, HEADER_BYTES + payload.length)
      : new Uint8Array(sizeBytes)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, type, true)
  view.setUint32(8, sequence, true)
  view.setUint32(12, payload.length, true)
  view.setUint32(16, crc32(payload), true)
  view.setUint32(20, crc32(bytes.subarray(0, 20)), true)
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

/** Null where there is no header. */
export function decodeHeader(bytes: Uint8Array): BlockHeader | null {
  if (bytes.length < HEADER_BYTES) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  if (view.getUint32(0, true) !== MAGIC) return null
  if (view.getUint32(20, true) !== crc32(bytes.subarray(0, 20))) return null
  const header = {
    type: view.getUint32(4, true),
    sequence: view.getUint32(8, true),
    sizeBytes: view.getUint32(12, true),
    checksum: view.getUint32(16, true),
  }
  return header.sizeBytes <= LONGEST_PAYLOAD_BYTES ? header : null
}

/** Whether the bytes are those that the header was written for. */
export function isIntact(header: BlockHeader, payload: Uint8Array): boolean {
  return payload.length === header.sizeBytes && crc32(payload) === header.checksum
}

/** Bytes of a block in the file, header and filling included. */
export function paddedSize(payloadBytes: number): number {
  return (HEADER_BYTES + payloadBytes + 7) & ~7
}
