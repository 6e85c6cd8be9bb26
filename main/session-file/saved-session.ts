/** What a session file says of its session, as far as programs are told of it. A file may be from anybody. */
import * as v from 'valibot'

const SETTING = v.nullable(v.number())
/** What a `Date` can be. */
const LATEST_MS = 8.64e15

/** Of the session itself. */
export const SAVED_INFO = v.object({
  guest: v.object({
    name: v.string(),
    path: v.exactOptional(v.string()),
    sizeBytes: v.number(),
    producers: v.array(v.string()),
  }),
  host: v.nullable(v.object({ name: v.string(), path: v.string() })),
  interleaved: v.boolean(),
  capturesStacks: v.boolean(),
  recordsImports: v.boolean(),
  sliceMs: SETTING,
  limits: v.object({
    callsInFlight: v.number(),
    runMs: SETTING,
    stallMs: v.number(),
    memoryBytes: SETTING,
    tableEntries: SETTING,
  }),
  startedAtMs: v.pipe(v.number(), v.minValue(-LATEST_MS), v.maxValue(LATEST_MS)),
})

const SAVED_SESSION = v.object({
  info: SAVED_INFO,
  /** Of the guest's file: SHA-256 in hexadecimal digits. */
  guestHash: v.string(),
  /** Of the inspector. */
  version: v.string(),
  nodeVersion: v.string(),
  v8Version: v.string(),
})

/** What every session file has to say. */
export type DescribedSession = v.InferOutput<typeof SAVED_SESSION>

/** Null where the file says it not, or otherwise. */
export function readDescribedSession(session: unknown): DescribedSession | null {
  const parsed = v.safeParse(SAVED_SESSION, session)
  return parsed.success ? parsed.output : null
}
