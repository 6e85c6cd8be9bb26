import { computed, shallowReactive, shallowRef, toValue } from 'vue'
import type { ComputedRef, MaybeRefOrGetter } from 'vue'
import type { HostInfo } from '../../main/contract/application.ts'
import type { ExampleInfo, RecentGuest } from '../../main/contract/guests.ts'
import type { RunId, SessionId } from '../../main/contract/ids.ts'
import type { RunInfo, SessionInfo } from '../../main/contract/sessions.ts'
import type { TraceStatus } from '../../main/contract/traces.ts'
import type { Attachment } from '../../main/contract/service.ts'
import type { Backend } from '../backend/backend.ts'
import { clearCallFilter } from './call-filter.ts'
import { foldAllCalls } from './call-folding.ts'
import { orderCalls } from './call-sort.ts'
import { restoreLayout } from './layout.ts'
import { reportProblem } from './problems.ts'
import { selectCall } from './selection.ts'
import { selectTimeRange } from './time-range.ts'

// What the service said last, each payload as it came: frozen, and replaced whole.
const sessionsById = shallowReactive(new Map<SessionId, SessionInfo>())
const runsById = shallowReactive(new Map<RunId, RunInfo>())
const tracesById = shallowReactive(new Map<SessionId, TraceStatus>())

/** The session that the window shows. */
export const activeSessionId = shallowRef<SessionId | null>(null)
export const examples = shallowRef<readonly ExampleInfo[]>([])
export const recentGuests = shallowRef<readonly RecentGuest[]>([])
export const hostInfo = shallowRef<HostInfo | null>(null)
/** False until the service has told its state for the first time. */
export const attached = shallowRef(false)

/** All sessions, in the order in which they were opened. */
export const sessions: ComputedRef<SessionInfo[]> = computed(() => [...sessionsById.values()])

export const activeSession = computed(() =>
  activeSessionId.value === null ? null : (sessionsById.get(activeSessionId.value) ?? null),
)

/** One session; null where it has been closed. */
export function useSession(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<SessionInfo | null> {
  return computed(() => sessionsById.get(toValue(sessionId)) ?? null)
}

/** How far a session's trace has grown; null before its first call. */
export function useTrace(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<TraceStatus | null> {
  return computed(() => tracesById.get(toValue(sessionId)) ?? null)
}

/** A session's runs, the oldest first. */
export function useRuns(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<RunInfo[]> {
  return computed(() => [...runsById.values()].filter((run) => run.sessionId === toValue(sessionId)))
}

/** The file that a session was opened from: its guest, or the session file; undefined where no path is known. */
export function openedPath({ archive, guest }: SessionInfo): string | undefined {
  return archive ? archive.path : guest.path
}

/** Whether a guest's path is that of a bundled example: `guests/NAME/FILE`. */
export function isExamplePath(path: string, name: string): boolean {
  return path.split(/[/\\]/).slice(-3, -1).join('/') === `guests/${name}`
}

/** Whether a run has yet to end. */
export function isInFlight(run: RunInfo): boolean {
  return run.state === 'queued' || run.state === 'running'
}

/**
 * Takes over what the service answered about sessions, but for those that were closed meanwhile: each has been
 * pushed before any answer names it. Gives those that are there.
 */
export function updateSessions(answered: readonly SessionInfo[]): SessionInfo[] {
  const present = answered.filter(({ sessionId }) => sessionsById.has(sessionId))
  present.forEach(putSession)
  return present
}

/** Takes over what the service pushed about a session. */
function putSession(session: SessionInfo): void {
  sessionsById.set(session.sessionId, Object.freeze(session))
}

/** Takes over what the service answered or pushed about a run. */
export function putRun(run: RunInfo): void {
  runsById.set(run.runId, Object.freeze(run))
}

function putTrace(trace: TraceStatus): void {
  const { sessionId, generation } = trace
  // The calls of the trace before a reload are gone, and their numbers now mean others.
  if ((tracesById.get(sessionId)?.generation ?? generation) !== generation) {
    selectCall(sessionId, null)
    selectTimeRange(sessionId, null)
    orderCalls(sessionId, null)
    foldAllCalls(sessionId, false)
  }
  tracesById.set(sessionId, Object.freeze(trace))
}

/**
 * Names the session's present trace: another after each reload. What shows calls or lines of the one before has
 * to begin anew.
 */
export function useTraceKey(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<string> {
  return computed(() => `${toValue(sessionId)} ${tracesById.get(toValue(sessionId))?.generation ?? 1}`)
}

/** Follows the service: reads its whole state, also after a lost connection, and hears what changes. */
export function followSessions(backend: Backend): void {
  backend.on('sessionChanged', (session) => {
    putSession(session)
    activeSessionId.value ??= session.sessionId
  })
  backend.on('sessionClosed', ({ sessionId }) => forgetSession(sessionId))
  backend.on('sessionActivated', ({ sessionId }) => {
    activeSessionId.value = sessionId
  })
  backend.on('runChanged', putRun)
  backend.on('traceGrew', putTrace)
  backend.on('recentGuestsChanged', (guests) => {
    recentGuests.value = Object.freeze(guests)
  })
  backend.on('problem', reportProblem)
}

/** Asks for the service's whole state. */
export async function attachToService(backend: Backend): Promise<void> {
  const answer = await backend.call.attach()
  if (!answer.ok) {
    reportProblem(answer.error)
    return
  }
  takeAttachment(answer.value)
}

function takeAttachment(attachment: Attachment): void {
  sessionsById.clear()
  runsById.clear()
  attachment.sessions.forEach(putSession)
  attachment.runs.forEach(putRun)
  attachment.traces.forEach(putTrace)
  for (const sessionId of tracesById.keys()) if (!sessionsById.has(sessionId)) tracesById.delete(sessionId)
  examples.value = Object.freeze(attachment.examples)
  recentGuests.value = Object.freeze(attachment.recentGuests)
  hostInfo.value = Object.freeze(attachment.host)
  if (!attached.value) restoreLayout(attachment.layout)
  const shown = activeSessionId.value
  if (shown === null || !sessionsById.has(shown)) activeSessionId.value = attachment.activeSessionId
  attached.value = true
}

function forgetSession(sessionId: SessionId): void {
  const order = [...sessionsById.keys()]
  sessionsById.delete(sessionId)
  tracesById.delete(sessionId)
  clearCallFilter(sessionId)
  orderCalls(sessionId, null)
  foldAllCalls(sessionId, false)
  for (const run of runsById.values()) if (run.sessionId === sessionId) runsById.delete(run.runId)
  if (activeSessionId.value !== sessionId) return
  const at = order.indexOf(sessionId)
  activeSessionId.value = order[at + 1] ?? order[at - 1] ?? null
}
