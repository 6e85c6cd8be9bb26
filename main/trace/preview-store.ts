/** The texts that are shown for references. */

/** What an entry of a Map takes, about. */
const ENTRY_BYTES = 48

/** By handle; one for each store of calls. */
export class PreviewStore {
  readonly #texts = new Map<number, string>()
  #textBytes = 0

  set(handle: number, text: string): void {
    this.#texts.set(handle, text)
    this.#textBytes += 2 * text.length
  }

  get(handle: number): string | undefined {
    return this.#texts.get(handle)
  }

  get byHandle(): ReadonlyMap<number, string> {
    return this.#texts
  }

  get sizeBytes(): number {
    return ENTRY_BYTES * this.#texts.size + this.#textBytes
  }
}
