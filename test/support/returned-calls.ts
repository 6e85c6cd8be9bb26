import type { CallId } from '../../main/contract/ids.ts'
import { ReturnedCalls } from '../../main/trace/returned-calls.ts'

const NO_WORDS = new Uint32Array(0)
const one = new ReturnedCalls()

/** Adds a call of an import that was the host's from beginning to end; `words` are its arguments and results. */
export function addReturnedCall(
  calls: ReturnedCalls,
  id: CallId,
  parent: CallId,
  functionIndex: number,
  startNs: number,
  endNs: number,
  words: Uint32Array = NO_WORDS,
): void {
  const at = calls.add(id, parent, functionIndex, words, 0, words.length)
  calls.starts[at] = startNs
  calls.ends[at] = endNs
  calls.hosts[at] = endNs - startNs
}

/** Such a call alone, until the next one is asked for. */
export function returnedCall(...call: [CallId, CallId, number, number, number, Uint32Array?]): ReturnedCalls {
  one.clear()
  addReturnedCall(one, ...call)
  return one
}
