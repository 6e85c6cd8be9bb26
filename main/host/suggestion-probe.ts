/** Looks at an import's first calls, to offer readings for it. Nothing is ever read by them before a user accepts. */
import type { DecodedReading } from '../contract/values.ts'
import type { ReadingSignature } from '../wasm/readings/model.ts'
import type { CallReader } from './call-reader.ts'

/** How many calls of an import are looked at. Then its calls cost what they did before. */
const PROBED_CALLS = 16
/** As much of a text is looked at. */
const PROBED_BYTES = 256
/** Shorter texts in all, and numbers that happen to point at some letters are too likely. */
const EVIDENCE_BYTES = 4

const POINTER_NAME = /(ptr|pointer|addr|address|str|text|msg|message|path|name)$/i
const LENGTH_NAME = /(len|length|size|bytes)$/i
// What a text may have besides characters that can be seen: tab, line feed, carriage return, escape.
// oxlint-disable-next-line no-control-regex
const NOT_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f\ufffe\uffff]/

/** Two parameters side by side that may be address and length of a text. */
interface Candidate {
  addressIndex: number
  /** How many bytes of text it has pointed at. */
  seenBytes: number
  neededBytes: number
}

/** Takes the place of a reader during the first calls of an import that has none. */
export class SuggestionProbe implements CallReader {
  #candidates: Candidate[]
  #calls = 0
  #suggested: string | null = null
  readonly #suggest: (readings: string | null) => void
  readonly #end: () => void

  /** `suggest` hears what to offer, whenever that changes; `end` that the calls to come need not be looked at. */
  constructor(
    { params, paramNames }: ReadingSignature,
    suggest: (readings: string | null) => void,
    end: () => void,
  ) {
    this.#suggest = suggest
    this.#end = end
    this.#candidates = params.slice(0, -1).flatMap((type, addressIndex) => {
      if ((type !== 'i32' && type !== 'i64') || params[addressIndex + 1] !== type) return []
      const isNamed =
        POINTER_NAME.test(paramNames[addressIndex] ?? '') &&
        LENGTH_NAME.test(paramNames[addressIndex + 1] ?? '')
      return [{ addressIndex, seenBytes: 0, neededBytes: isNamed ? 1 : EVIDENCE_BYTES }]
    })
  }

  /** Whether the import has parameters to look at. */
  get isNeeded(): boolean {
    return this.#candidates.length > 0
  }

  readEntry(values: readonly unknown[], memory: WebAssembly.Memory | null): DecodedReading[] | null {
    this.#candidates = this.#candidates.filter((candidate) => {
      const bytes = memory && countTextBytes(memory, values, candidate.addressIndex)
      if (bytes === null) return false
      candidate.seenBytes += bytes
      return true
    })
    const readings = this.#chooseReadings()
    if (readings !== this.#suggested) {
      this.#suggested = readings
      this.#suggest(readings)
    }
    if (++this.#calls === PROBED_CALLS || this.#candidates.length === 0) this.#end()
    return null
  }

  readReturn(): null {
    return null
  }

  #chooseReadings(): string | null {
    const chosen: number[] = []
    for (const { addressIndex, seenBytes, neededBytes } of this.#candidates) {
      // No parameter is the length of one text and the address of the next.
      if (seenBytes >= neededBytes && addressIndex > (chosen.at(-1) ?? -2) + 1) chosen.push(addressIndex)
    }
    return chosen.length === 0 ? null : chosen.map((index) => `utf8(${index}, ${index + 1})`).join(', ')
  }
}

/** The length of the text that two numbers point at; null where they point at none. An empty one says nothing. */
function countTextBytes(
  memory: WebAssembly.Memory,
  values: readonly unknown[],
  index: number,
): number | null {
  const { buffer } = memory
  const address = toOffset(values[index] as number | bigint)
  const length = toOffset(values[index + 1] as number | bigint)
  if (length === 0) return 0
  if (address + length > buffer.byteLength) return null
  const isWhole = length <= PROBED_BYTES
  const bytes = new Uint8Array(buffer, address, isWhole ? length : PROBED_BYTES).slice()
  try {
    // What is cut may end inside of a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isWhole })
    return NOT_TEXT.test(text) ? null : length
  } catch {
    return null
  }
}

function toOffset(value: number | bigint): number {
  return typeof value === 'bigint' ? Number(BigInt.asUintN(64, value)) : value >>> 0
}
