import type { ServiceEvent, ServiceEvents } from '../contract/service.ts'
import type { EventListener } from '../inspector/api.ts'
import type { Channel } from './channel.ts'

/** A client that is so far behind that more than this many different things changed meanwhile is let go. */
export const WAITING_EVENTS_LIMIT = 10_000

type Payload<Name extends ServiceEvent> = Parameters<ServiceEvents[Name]>[0]

/** What each event is the state of: of two about the same thing, the newer one is enough. */
const SUBJECTS: { [Name in ServiceEvent]: (payload: Payload<Name>) => string } = {
  sessionChanged: (session) => session.sessionId,
  sessionClosed: (closed) => closed.sessionId,
  sessionActivated: () => '',
  runChanged: (run) => run.runId,
  traceGrew: (status) => status.sessionId,
  filterAdvanced: (progress) => `${progress.sessionId} ${progress.filterText}`,
  statisticsAdvanced: (progress) => `${progress.sessionId} ${progress.filterText}`,
  sortAdvanced: ({ sessionId, by, callCount, filterText }) => `${sessionId} ${by} ${callCount} ${filterText}`,
  queryAdvanced: (progress) => progress.sessionId,
  recentGuestsChanged: () => '',
  problem: (error) => `${error.code} ${error.why}`,
  menuCommand: (command) => command.name,
}

/** The names of all events. */
export const EVENT_NAMES = Object.keys(SUBJECTS) as ServiceEvent[]

/**
 * Passes events on to `send`, and holds them back while the channel is congested: only the newest about each
 * thing is kept, so a client that does not read costs little memory. One that stays behind for too long is
 * disconnected; it gets the whole state when it attaches again.
 */
export function queueEvents(channel: Channel, send: (name: ServiceEvent, payload: unknown) => void) {
  const waiting = new Map<string, { name: ServiceEvent; payload: unknown }>()

  function push<Name extends ServiceEvent>(name: Name, payload: Payload<Name>): void {
    if (!channel.congested && waiting.size === 0) {
      send(name, payload)
      return
    }
    const key = `${name} ${SUBJECTS[name](payload)}`
    // Deleted first, so that it goes to the end: the order of the last changes is kept.
    waiting.delete(key)
    waiting.set(key, { name, payload })
    if (waiting.size > WAITING_EVENTS_LIMIT) channel.close()
  }

  channel.onDrain(() => {
    for (const [key, { name, payload }] of waiting) {
      if (channel.congested) return
      waiting.delete(key)
      send(name, payload)
    }
  })

  const listener: Required<EventListener> = {
    sessionChanged: (payload) => push('sessionChanged', payload),
    sessionClosed: (payload) => push('sessionClosed', payload),
    sessionActivated: (payload) => push('sessionActivated', payload),
    runChanged: (payload) => push('runChanged', payload),
    traceGrew: (payload) => push('traceGrew', payload),
    filterAdvanced: (payload) => push('filterAdvanced', payload),
    statisticsAdvanced: (payload) => push('statisticsAdvanced', payload),
    sortAdvanced: (payload) => push('sortAdvanced', payload),
    queryAdvanced: (payload) => push('queryAdvanced', payload),
    recentGuestsChanged: (payload) => push('recentGuestsChanged', payload),
    problem: (payload) => push('problem', payload),
    menuCommand: (payload) => push('menuCommand', payload),
  }
  return listener
}
