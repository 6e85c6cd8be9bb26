/**
 * What the parts of a session file that are JSON have to be. A file may be from anybody: a checksum says that it was not
 * damaged, and not that it was never forged.
 */
import * as v from 'valibot'
import type { InspectorError } from '../contract/result.ts'
import { LANE_LIMIT, LANE_ROW_LIMIT } from '../contract/timeline.ts'
import { LEVELS, SOURCES } from '../trace/events.ts'
import { LEVEL_COUNT } from '../trace/timeline/buckets.ts'
import type { SavedRest } from '../trace/timeline/timeline.ts'
import { LATEST_NS } from './check-block.ts'
import { isCount, isSavedOrder } from './check-order.ts'
import type { FileConsole, FileDetails, FileHead, FileIndex } from './file-parts.ts'

/** More than a module can have, with those that it imports. */
const FUNCTION_LIMIT = 2_000_100
/** Bytes and numbers of calls are below it. */
const WORD_LIMIT = 2 ** 32
/** Buckets of a histogram: one for each duration that is told from others. */
const BUCKET_LIMIT = 64 * 64

const isWord = (value: unknown): value is number => isCount(value) && value < WORD_LIMIT
const isTime = (value: unknown): value is number =>
  Math.abs(value as number) <= LATEST_NS && typeof value === 'number'
const isSum = (value: unknown): value is number => Number.isFinite(value)
const isText = (value: unknown): value is string => typeof value === 'string'

// Of these there may be millions: a loop takes a tenth of what a schema for each of them does.

/** A list of what `isEntry` holds for. */
function listOf<Entry>(isEntry: (value: unknown) => value is Entry) {
  return v.custom<Entry[]>((value) => Array.isArray(value) && value.every(isEntry))
}

/** A list of pairs. */
function pairsOf<First, Second>(
  isFirst: (value: unknown) => value is First,
  isSecond: (value: unknown) => value is Second,
) {
  return v.custom<[First, Second][]>(
    (value) =>
      Array.isArray(value) &&
      value.every(
        (entry) => Array.isArray(entry) && entry.length === 2 && isFirst(entry[0]) && isSecond(entry[1]),
      ),
  )
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)
const isStack = (value: unknown): value is number[] => Array.isArray(value) && value.every(isWord)
const isOverlap = (value: unknown): value is [number, number, boolean] =>
  Array.isArray(value) &&
  isWord(value[0]) &&
  isWord(value[1]) &&
  // Whoever goes on from one to the one before it comes to an end.
  value[1] < value[0] &&
  typeof value[2] === 'boolean'

const word = v.custom<number>(isWord)
const time = v.custom<number>(isTime)
const sum = v.custom<number>(isSum)
const functionIndex = v.pipe(word, v.maxValue(FUNCTION_LIMIT))

const DEFINITION = v.object({
  kind: v.picklist(['export', 'import', 'start']),
  module: v.nullable(v.string()),
  name: v.string(),
  params: v.array(v.string()),
  results: v.array(v.string()),
})

/** Codes of newer programs are shown as they are. */
const ERROR = v.object({
  code: v.custom<InspectorError['code']>(isText),
  what: v.string(),
  why: v.string(),
  fix: v.string(),
  location: v.exactOptional(
    v.object({
      file: v.string(),
      line: v.exactOptional(v.number()),
      column: v.exactOptional(v.number()),
    }),
  ),
  cause: v.exactOptional(v.string()),
})

const HISTOGRAM = v.object({
  counts: v.array(v.tuple([v.pipe(word, v.maxValue(BUCKET_LIMIT)), word])),
  maxNs: time,
  sumNs: sum,
})

/** Of the first block. */
export const HEAD = v.object({
  format: v.literal('jspi-inspector session'),
  version: v.number(),
  session: v.unknown(),
}) satisfies v.GenericSchema<unknown, FileHead>

export const DETAILS = v.object({
  definitions: v.exactOptional(v.array(v.tuple([functionIndex, DEFINITION]))),
  previews: v.exactOptional(pairsOf(isWord, isText)),
  errors: v.exactOptional(v.array(ERROR)),
  failed: v.exactOptional(pairsOf(isWord, isWord)),
  stacks: v.exactOptional(listOf(isStack)),
  decoded: v.exactOptional(pairsOf(isWord, isTexts)),
  overlaps: v.exactOptional(listOf(isOverlap)),
  scattered: v.exactOptional(listOf(isWord)),
  writtenNs: v.exactOptional(time),
  suspended: v.exactOptional(pairsOf(isWord, isTime)),
}) satisfies v.GenericSchema<unknown, FileDetails>

export const CONSOLE = v.object({
  lines: v.array(
    v.object({
      index: v.number(),
      timeNs: time,
      level: v.picklist(LEVELS),
      source: v.picklist(SOURCES),
      text: v.string(),
    }),
  ),
}) satisfies v.GenericSchema<unknown, FileConsole>

export const INDEX = v.object({
  blocks: v.array(v.object({ offsets: v.pipe(listOf(isCount), v.minLength(1)), startNs: time })),
  details: listOf(isCount),
  console: listOf(isCount),
  order: v.custom<FileIndex['order']>(isSavedOrder),
  timings: v.array(
    v.object({
      functionIndex,
      count: word,
      failedCount: word,
      total: HISTOGRAM,
      suspended: HISTOGRAM,
    }),
  ),
  sums: v.object({
    guestNs: sum,
    hostNs: sum,
    suspendedNs: sum,
    droppedCount: sum,
    leftOutCount: sum,
  }),
  running: listOf(isWord),
  importTimes: v.exactOptional(v.array(v.tuple([word, v.object({ hostNs: sum, suspendedNs: sum })]))),
  endNs: time,
  slowedNs: v.exactOptional(time),
  session: v.unknown(),
}) satisfies v.GenericSchema<unknown, FileIndex>

/** What a timeline has besides columns. */
export const TIMELINE = v.object({
  finestLevel: v.pipe(word, v.maxValue(LEVEL_COUNT - 1)),
  callCount: word,
  latestEndNs: time,
  burstStartNs: time,
  lanes: v.object({
    laneCount: word,
    running: v.array(v.tuple([word, v.object({ lane: word, row: word, ownsLane: v.boolean() })])),
    entered: listOf(isWord),
  }),
  records: v.pipe(
    v.array(
      v.object({
        rowCount: v.pipe(word, v.minValue(1), v.maxValue(LANE_ROW_LIMIT)),
        running: listOf(isWord),
        bucketLevels: listOf(isWord),
        callLevels: listOf(isWord),
      }),
    ),
    v.maxLength(LANE_LIMIT + 1),
  ),
}) satisfies v.GenericSchema<unknown, SavedRest>
