import { computed, shallowReactive, toValue } from 'vue'
import type { ComputedRef, MaybeRefOrGetter } from 'vue'
import type { CallId, Folding, SessionId } from '../../main/contract/model.ts'

/** Calls that can be otherwise than the rest; where there are more, the one that was so for longest is as the rest. */
const EXCEPTION_LIMIT = 500

const NONE: Folding = { all: false, except: [] }
const foldings = shallowReactive(new Map<SessionId, Folding>())

/** Which top-level calls of a session are folded: those below them are not shown. */
export function useFolding(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<Folding> {
  return computed(() => foldings.get(toValue(sessionId)) ?? NONE)
}

/** Whether a top-level call is folded. */
export function isFolded({ all, except }: Folding, id: CallId): boolean {
  return except.includes(id) !== all
}

/** Folds or unfolds a top-level call. */
export function foldCall(sessionId: SessionId, id: CallId, folds: boolean): void {
  const folding = foldings.get(sessionId) ?? NONE
  if (isFolded(folding, id) === folds) return
  const others = folding.except.filter((each) => each !== id)
  const except = folds === folding.all ? others : [...others, id].slice(-EXCEPTION_LIMIT)
  foldings.set(sessionId, { all: folding.all, except })
}

/** Folds or unfolds all of them, those that come later too. */
export function foldAllCalls(sessionId: SessionId, folds: boolean): void {
  if (folds) foldings.set(sessionId, { all: true, except: [] })
  else foldings.delete(sessionId)
}
