/** What readings made of those calls that have any: kept as the JSON in which it arrives. */
import type { CallId } from '../contract/ids.ts'
import type { DecodedReading, DecodedText } from '../contract/values.ts'
import { shortenReading } from './decoded-text.ts'
import { parseReadings } from '../filter/parse-readings.ts'

/** What an entry of a Map with a list takes, about. */
const ENTRY_BYTES = 100
const NO_TEXTS: readonly string[] = []

export class DecodedStore {
  /** One text for what was read at entry, one for what was read before the guest went on. */
  readonly #texts = new Map<CallId, string[]>()
  #sizeBytes = 0

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Adds readings, given as a JSON list. */
  add(id: CallId, text: string): void {
    const texts = this.#texts.get(id)
    if (texts) texts.push(text)
    else this.#texts.set(id, [text])
    this.#sizeBytes += ENTRY_BYTES + 2 * text.length
  }

  /** Lets go what is known of a call that was given up. */
  forget(id: CallId): void {
    for (const text of this.#texts.get(id) ?? NO_TEXTS) this.#sizeBytes -= ENTRY_BYTES + 2 * text.length
    this.#texts.delete(id)
  }

  /** Takes over what a file has of a call. */
  restore(id: CallId, texts: readonly string[]): void {
    this.#texts.delete(id)
    for (const text of texts) this.add(id, text)
  }

  /** The calls that have any. */
  ids(): Iterable<CallId> {
    return this.#texts.keys()
  }

  /** As they were added. */
  rawTexts(id: CallId): readonly string[] {
    return this.#texts.get(id) ?? NO_TEXTS
  }

  /** In the order in which they were read. */
  get(id: CallId): DecodedReading[] {
    return (this.#texts.get(id) ?? []).flatMap(parseReadings)
  }

  /** The same in short. */
  texts(id: CallId): DecodedText[] {
    return this.get(id).map(shortenReading)
  }
}
