/** Durations in logarithmic buckets of equal relative width: percentiles without keeping every value. */
import type { Distribution } from '../contract/model.ts'

/** Buckets per doubling: a percentile is exact to 1/64 of its value. */
const BUCKETS_PER_OCTAVE = 64
const OCTAVE_BITS = 6

/** Counts durations in nanoseconds; memory stays the same however many there are. */
export class Histogram {
  #counts = new Uint32Array(BUCKETS_PER_OCTAVE * 8)
  #total = 0
  #maxNs = 0
  #sumNs = 0

  record(durationNs: number): void {
    const value = Math.max(0, Math.round(durationNs))
    const bucket = bucketOf(value)
    if (bucket >= this.#counts.length) {
      const grown = new Uint32Array(Math.ceil((bucket + 1) / BUCKETS_PER_OCTAVE) * BUCKETS_PER_OCTAVE)
      grown.set(this.#counts)
      this.#counts = grown
    }
    this.#counts[bucket]!++
    this.#total++
    this.#sumNs += value
    if (value > this.#maxNs) this.#maxNs = value
  }

  get sumNs(): number {
    return this.#sumNs
  }

  /** The nearest-rank percentiles. */
  summarize(): Distribution {
    const [p50Ns, p95Ns, p99Ns] = this.#percentiles([0.5, 0.95, 0.99])
    return { p50Ns: p50Ns!, p95Ns: p95Ns!, p99Ns: p99Ns!, maxNs: this.#maxNs }
  }

  #percentiles(fractions: readonly number[]): number[] {
    const found: number[] = []
    let seen = 0
    for (let bucket = 0; bucket < this.#counts.length && found.length < fractions.length; bucket++) {
      seen += this.#counts[bucket]!
      while (found.length < fractions.length && seen > 0 && seen >= fractions[found.length]! * this.#total) {
        found.push(Math.min(this.#maxNs, middleOf(bucket)))
      }
    }
    return fractions.map((_, index) => found[index] ?? 0)
  }
}

function bucketOf(value: number): number {
  if (value < BUCKETS_PER_OCTAVE) return value
  const exponent = Math.floor(Math.log2(value))
  // Math.log2 rounds: just below a power of two it may give the power itself.
  const octave = 2 ** exponent > value ? exponent - 1 : exponent
  const position = Math.floor(value / 2 ** (octave - OCTAVE_BITS))
  return (octave - OCTAVE_BITS) * BUCKETS_PER_OCTAVE + position
}

function middleOf(bucket: number): number {
  if (bucket < 2 * BUCKETS_PER_OCTAVE) return bucket
  const octave = Math.floor(bucket / BUCKETS_PER_OCTAVE) - 1
  const widthNs = 2 ** octave
  return (bucket - octave * BUCKETS_PER_OCTAVE) * widthNs + (widthNs - 1) / 2
}
