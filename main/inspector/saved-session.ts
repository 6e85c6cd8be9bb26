/** What a session file says of its session, as far as a window shows it. A file may be from anybody. */
import * as v from 'valibot'
import { DEFAULT_LIMITS } from '../contract/limits.ts'
import type { SessionInfo } from '../contract/sessions.ts'
import type { DescribedSession } from '../session-file/saved-session.ts'
import { SAVED_INFO } from '../session-file/saved-session.ts'

/** What a session file says of its session. */
export interface SavedSession extends DescribedSession {
  info: SessionInfo
}

/** The same, as it is read: what of a session ends with it counts no more. */
export interface ShownSession extends Pick<DescribedSession, 'guestHash' | 'version'> {
  info: Omit<
    SessionInfo,
    'sessionId' | 'state' | 'stall' | 'debugFile' | 'error' | 'warnings' | 'paused' | 'archive'
  >
}

const EXTERN_KIND = v.picklist(['function', 'memory', 'table', 'global', 'tag'])
const SIGNATURE = v.object({
  params: v.array(v.object({ type: v.string(), name: v.exactOptional(v.string()), hint: v.string() })),
  results: v.array(v.string()),
})
const STUB = v.variant('kind', [
  v.object({ kind: v.literal('return'), values: v.array(v.string()), delayMs: v.number() }),
  v.object({ kind: v.literal('throw'), message: v.string(), delayMs: v.number() }),
])
const BINDING = v.variant('by', [
  v.object({ by: v.literal('nobody') }),
  v.object({
    by: v.literal('host'),
    suspending: v.boolean(),
    file: v.string(),
    line: v.exactOptional(v.number()),
  }),
  v.object({ by: v.literal('stub'), stub: STUB }),
  v.object({ by: v.literal('inspector') }),
])

const { sizeBytes, path, producers } = SAVED_INFO.entries.guest.entries

/** Without names there is nothing to show. All else may be missing: older programs, and other ones, knew less. */
const SHOWN_SESSION = v.object({
  guestHash: v.fallback(v.string(), ''),
  version: v.fallback(v.string(), '?'),
  info: v.object({
    guest: v.object({
      name: v.string(),
      path,
      sizeBytes: v.fallback(sizeBytes, 0),
      producers: v.fallback(producers, []),
    }),
    host: v.fallback(
      v.nullable(v.object({ name: v.string(), path: v.string(), trusted: v.boolean() })),
      null,
    ),
    exports: v.array(
      v.object({
        name: v.string(),
        kind: EXTERN_KIND,
        typeText: v.string(),
        signature: v.exactOptional(SIGNATURE),
        notCallable: v.exactOptional(v.string()),
      }),
    ),
    imports: v.array(
      v.object({
        module: v.string(),
        name: v.string(),
        kind: EXTERN_KIND,
        typeText: v.string(),
        signature: v.exactOptional(SIGNATURE),
        binding: v.fallback(BINDING, { by: 'nobody' }),
        readings: v.exactOptional(v.object({ text: v.string(), by: v.picklist(['host', 'user']) })),
        suggestion: v.exactOptional(v.string()),
      }),
    ),
    interleaved: v.fallback(v.boolean(), false),
    capturesStacks: v.fallback(v.boolean(), false),
    recordsImports: v.fallback(v.boolean(), true),
    keepsNewest: v.fallback(v.boolean(), false),
    sliceMs: v.fallback(SAVED_INFO.entries.sliceMs, null),
    limits: v.fallback(SAVED_INFO.entries.limits, DEFAULT_LIMITS),
    startedAtMs: v.fallback(SAVED_INFO.entries.startedAtMs, 0),
  }),
}) satisfies v.GenericSchema<unknown, ShownSession>

/** Null where the file says it not, or otherwise. */
export function readShownSession(session: unknown): ShownSession | null {
  const parsed = v.safeParse(SHOWN_SESSION, session)
  return parsed.success ? parsed.output : null
}
