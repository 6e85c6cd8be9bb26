/** Why calls failed. One that fails again and again fails alike. */
import { makeError } from '../contract/error-codes.ts'
import type { CallId } from '../contract/ids.ts'
import type { InspectorError } from '../contract/result.ts'

/** What an entry of a Map takes, about. */
const MAP_ENTRY_BYTES = 48
/** An error is kept as text and as object, in characters of up to two bytes. */
const ERROR_COPIES = 4

/** In the place of an error that no call has any more. */
const FORGOTTEN = makeError('CALLS_LEFT_OUT')

export class ErrorStore {
  readonly #numbers = new Map<CallId, number>()
  readonly #numberByText = new Map<string, number>()
  /** Different errors, by number. */
  readonly list: InspectorError[] = []
  /** By number: how many calls failed with it, and its text. */
  readonly #uses: { count: number; text: string }[] = []
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
      this.#uses[number] = { count: 0, text: errorText }
      this.#sizeBytes += ERROR_COPIES * errorText.length
    }
    if (this.#numbers.get(id) === number) return
    this.forget(id)
    this.#sizeBytes += MAP_ENTRY_BYTES
    this.#numbers.set(id, number)
    this.#uses[number]!.count++
  }

  /** Lets go why a call failed that was given up; the error too, when no other call failed alike. */
  forget(id: CallId): void {
    const number = this.#numbers.get(id)
    if (number === undefined) return
    this.#numbers.delete(id)
    this.#sizeBytes -= MAP_ENTRY_BYTES
    const use = this.#uses[number]
    if (use === undefined || --use.count > 0) return
    this.list[number] = FORGOTTEN
    this.#numberByText.delete(use.text)
    this.#sizeBytes -= ERROR_COPIES * use.text.length
    use.text = ''
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
