import { computed, shallowReactive, toValue } from 'vue'
import type { ComputedRef, MaybeRefOrGetter } from 'vue'
import type { CallRow, Folding } from '../../main/contract/calls.ts'
import type { CallId, SessionId } from '../../main/contract/ids.ts'

/**
 * Top-level calls that can be otherwise than the rest, and as many others that can be folded; where there are more, the
 * one that was so for longest is as the rest.
 */
const EXCEPTION_LIMIT = 500

/** What a row does with those of the calls inside of it: scattered ones cannot be hidden. */
export type RowFolding = 'folded' | 'unfolded' | 'scattered'

const NONE: Folding = { all: false, except: [], inner: [] }
const foldings = shallowReactive(new Map<SessionId, Folding>())

/** Which calls of a session are folded: those inside of them are not shown. */
export function useFolding(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<Folding> {
  return computed(() => foldings.get(toValue(sessionId)) ?? NONE)
}

/** Whether a call is folded. */
export function isFolded(folding: Folding, { id, topLevel }: Pick<CallRow, 'id' | 'topLevel'>): boolean {
  if (id !== topLevel) return folding.inner.includes(id)
  return folding.except.includes(id) !== folding.all
}

/** Folds or unfolds a call. */
export function foldCall(sessionId: SessionId, call: Pick<CallRow, 'id' | 'topLevel'>, folds: boolean): void {
  const folding = foldings.get(sessionId) ?? NONE
  if (isFolded(folding, call) === folds) return
  if (call.id !== call.topLevel) {
    foldings.set(sessionId, { ...folding, inner: change(folding.inner, call.id, folds) })
  } else {
    const except = change(folding.except, call.id, folds !== folding.all)
    foldings.set(sessionId, { ...folding, except })
  }
}

function change(list: readonly CallId[], id: CallId, isIn: boolean): CallId[] {
  const others = list.filter((each) => each !== id)
  return isIn ? [...others, id].slice(-EXCEPTION_LIMIT) : others
}

/** Folds all top-level calls, those that come later too, or unfolds whatever is folded. */
export function foldAllCalls(sessionId: SessionId, folds: boolean): void {
  if (folds) foldings.set(sessionId, { ...NONE, all: true })
  else foldings.delete(sessionId)
}
