import { computed, shallowRef } from 'vue'
import type { InspectorError } from '../../main/contract/result.ts'

/** A failure that no field or panel of its own shows. */
export interface Problem {
  id: number
  error: InspectorError
  /** How often it has happened in a row. */
  count: number
}

const KEPT = 5
let lastId = 0
const list = shallowRef<readonly Problem[]>([])

/** The newest last. */
export const problems = computed(() => list.value)

/** Shows a failure until the user dismisses it; the same one again only counts up. */
export function reportProblem(error: InspectorError): void {
  const last = list.value.at(-1)
  if (last && last.error.code === error.code && last.error.why === error.why) {
    list.value = [...list.value.slice(0, -1), { ...last, count: last.count + 1 }]
    return
  }
  lastId += 1
  list.value = [...list.value, { id: lastId, error, count: 1 }].slice(-KEPT)
}

/** Takes a failure away. */
export function dismissProblem(id: number): void {
  list.value = list.value.filter((problem) => problem.id !== id)
}

/** Takes all of them away. */
export function dismissProblems(): void {
  list.value = []
}
