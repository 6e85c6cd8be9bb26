/** The parts of a session file that are JSON. See docs/session-format.md. */
import * as v from 'valibot'
import type { CallId } from '../contract/ids.ts'
import type { ConsoleLine } from '../contract/traces.ts'
import type { InspectorError } from '../contract/result.ts'
import type { ReturnedTimes } from '../trace/call-store.ts'
import type { SavedOrder } from '../trace/call-order.ts'
import type { FunctionDefinition } from '../trace/events.ts'
import type { OverlapKnowledge } from '../trace/overlaps.ts'
import type { SavedTimings } from '../trace/timings.ts'
import type { TraceSums } from '../trace/trace-totals.ts'
import type { Offset } from './block-file.ts'
import { MalformedBytes } from './bytes.ts'
import type { StoredBlock } from './stored-blocks.ts'

/** Counts the incompatible changes to the format. Version 1 knew no calls that were left out. */
export const SESSION_FORMAT_VERSION = 2
/** The ending of the names of session files. */
export const SESSION_FILE_EXTENSION = '.jspi'

/** The first block: what the file is. `session` describes the session; the trace does not look at it. */
export interface FileHead {
  format: 'jspi-inspector session'
  version: number
  session: unknown
}

/** What is known besides the calls themselves, each entry once; of readings the last one counts. */
export interface FileDetails {
  definitions?: (readonly [functionIndex: number, FunctionDefinition])[]
  previews?: [handle: number, text: string][]
  /** In the order of their numbers, which go on from block to block. */
  errors?: InspectorError[]
  failed?: [CallId, errorNumber: number][]
  /** As errors; numbers from 1. */
  stacks?: (readonly number[])[]
  /** Lists of readings, as JSON. */
  decoded?: [CallId, texts: string[]][]
  overlaps?: OverlapKnowledge[]
  /** See `ScatteredCalls`. */
  scattered?: CallId[]
  /** When it was written, on the session's clock; where calls were in flight. */
  writtenNs?: number
  /** Calls of imports in which the guest was suspended then, and the host's part of each; it matters of those that never end. */
  suspended?: (readonly [CallId, hostNs: number])[]
}

export interface FileConsole {
  lines: ConsoleLine[]
}

export interface FileIndex {
  /** By block of the store. */
  blocks: StoredBlock[]
  details: Offset[]
  console: Offset[]
  order: SavedOrder
  timings: SavedTimings
  sums: TraceSums
  /** Calls that had not ended. */
  running: CallId[]
  /** Of those of the guest: what the imports took together that each had made; files of older programs do not say. */
  importTimes?: [CallId, ReturnedTimes][]
  /** When the file was closed, on the session's clock. */
  endNs: number
  /** For how long the guest was slowed; files of older programs do not say. */
  slowedNs?: number
  /** As in the head, as it was in the end. */
  session: unknown
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function encodePart(part: FileHead | FileDetails | FileConsole | FileIndex): Uint8Array {
  return encoder.encode(JSON.stringify(part))
}

/** What `schema` says. Throws {@link MalformedBytes}. */
export function decodePart<Part>(schema: v.GenericSchema<unknown, Part>, payload: Uint8Array): Part {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(payload))
  } catch (thrown) {
    throw new MalformedBytes((thrown as SyntaxError).message)
  }
  const parsed = v.safeParse(schema, value, { abortEarly: true })
  if (!parsed.success)
    throw new MalformedBytes(`${v.getDotPath(parsed.issues[0]) ?? 'it'} is not as it should be`)
  return parsed.output
}
