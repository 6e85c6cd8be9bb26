/** What the guests of a trace wait for. */
import type { CallId } from '../contract/ids.ts'
import type { CallStore } from './call-store.ts'

/** Whether every call in flight is suspended. */
export function isAllSuspended(calls: CallStore): boolean {
  for (const id of calls.running) if (!calls.isSuspended(id)) return false
  return calls.running.size > 0
}

/**
 * The import calls suspended since before `beforeNs`, oldest first, that have no call in flight inside: what the
 * guest waits for in the end.
 */
export function listWaiting(calls: CallStore, beforeNs: number): CallId[] {
  const waiting: CallId[] = []
  for (const id of calls.suspended) {
    if (calls.suspendedSince(id) > beforeNs) break
    waiting.push(id)
  }
  if (waiting.length === 0) return waiting
  const outer = new Set<CallId | null>()
  for (const id of calls.running) outer.add(calls.parentOf(id))
  return waiting.filter((id) => !outer.has(id))
}
