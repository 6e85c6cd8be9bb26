/** Why calls failed. One that fails again and again fails alike. */
import type { CallId } from '../contract/model.ts'
import type { InspectorError } from '../contract/result.ts'

/** What an entry of a Map takes, about. */
const MAP_ENTRY_BYTES = 48
/** An error is kept as text and as object, in characters of up to two bytes. */
const ERROR_COPIES = 4

export class ErrorStore {
  readonly #numbers = new Map<CallId, number>()
  readonly #numberByText = new Map<string, number>()
  /** Different errors, by number. */
  readonly list: InspectorError[] = []
  #sizeBytes = 0

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Keeps why a call failed, given as JSON. */
  set(id: CallId, errorText: string): void {
    let number = this.#numberByText.get(errorText)
    if (number === undefined) {
      number = this.list.push(JSON.parse(errorText) as InspectorError) - 1
      this.#numberByText.set(errorText, number)
      this.#sizeBytes += ERROR_COPIES * errorText.length
    }
    this.#sizeBytes += MAP_ENTRY_BYTES
    this.#numbers.set(id, number)
  }

  /** Null for a call that did not fail. */
  get(id: CallId): InspectorError | null {
    return this.list[this.#numbers.get(id) ?? -1] ?? null
  }

  /** Of a call that failed: the place of its error in the list. */
  numberOf(id: CallId): number {
    return this.#numbers.get(id)!
  }

  /** Takes over different errors, and which calls failed with them. */
  restore(errors: readonly InspectorError[], failed: readonly (readonly [CallId, number])[]): void {
    this.list.push(...errors)
    for (const [id, number] of failed) this.#numbers.set(id, number)
  }

  /** The calls that failed. */
  ids(): Iterable<CallId> {
    return this.#numbers.keys()
  }
}
