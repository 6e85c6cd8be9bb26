/** Durations in logarithmic buckets of equal relative width: percentiles without keeping every value. */
import type { Distribution } from '../contract/traces.ts'

/** Buckets per doubling: a percentile is exact to 1/64 of its value. */
const BUCKETS_PER_OCTAVE = 64
const OCTAVE_BITS = 6

/** See {@link Histogram.save}. */
export interface SavedHistogram {
  counts: [bucket: number, count: number][]
  maxNs: number
  sumNs: number
}

/** Counts durations in nanoseconds; memory stays the same however many there are. */
export class Histogram {
  #counts = new Uint32Array(BUCKETS_PER_OCTAVE * 8)
  #total = 0
  #maxNs = 0
  #sumNs = 0

  record(durationNs: number): void {
    this.#total++
    // What never suspends is many, and all the same.
    if (durationNs === 0) {
      this.#counts[0]!++
      return
    }
    const value = Math.max(0, Math.round(durationNs))
    const bucket = bucketOf(value)
    if (bucket >= this.#counts.length) {
      const grown = new Uint32Array(Math.ceil((bucket + 1) / BUCKETS_PER_OCTAVE) * BUCKETS_PER_OCTAVE)
      grown.set(this.#counts)
      this.#counts = grown
    }
    this.#counts[bucket]!++
    this.#sumNs += value
    if (value > this.#maxNs) this.#maxNs = value
  }

  /** All that it has counted, to be kept in a file. */
  save(): SavedHistogram {
    const counts: [bucket: number, count: number][] = []
    for (const [bucket, count] of this.#counts.entries()) if (count > 0) counts.push([bucket, count])
    return { counts, maxNs: this.#maxNs, sumNs: this.#sumNs }
  }

  /** One that has counted what another had. */
  static restore({ counts, maxNs, sumNs }: SavedHistogram): Histogram {
    const histogram = new Histogram()
    histogram.#counts = new Uint32Array(
      counts.reduce((length, [bucket]) => Math.max(length, bucket + 1), BUCKETS_PER_OCTAVE * 8),
    )
    for (const [bucket, count] of counts) {
      histogram.#counts[bucket] = count
      histogram.#total += count
    }
    histogram.#maxNs = maxNs
    histogram.#sumNs = sumNs
    return histogram
  }

  get sumNs(): number {
    return this.#sumNs
  }

  /** The nearest-rank percentiles. */
  summarize(): Distribution {
    return {
      p50Ns: this.#percentile(0.5),
      p90Ns: this.#percentile(0.9),
      p95Ns: this.#percentile(0.95),
      p99Ns: this.#percentile(0.99),
      maxNs: this.#maxNs,
    }
  }

  /** How many last from half of 2 to the power of the place up to that power of nanoseconds; at 0, none at all. */
  countOctaves(): number[] {
    const octaves: number[] = []
    for (const [bucket, count] of this.#counts.entries()) {
      if (count === 0) continue
      const place = bucket < BUCKETS_PER_OCTAVE ? 32 - Math.clz32(bucket) : octaveOfBucket(bucket) + 1
      while (octaves.length <= place) octaves.push(0)
      octaves[place]! += count
    }
    return octaves
  }

  #percentile(fraction: number): number {
    const rank = Math.ceil(fraction * this.#total)
    if (rank === 0) return 0
    let seen = 0
    const bucket = this.#counts.findIndex((count) => (seen += count) >= rank)
    return Math.min(this.#maxNs, middleOf(bucket))
  }
}

function bucketOf(value: number): number {
  if (value < BUCKETS_PER_OCTAVE) return value
  // Durations below 4 s are 32-bit integers, whose highest bit needs no logarithm.
  if (value < 2 ** 32) {
    const shift = 31 - OCTAVE_BITS - Math.clz32(value)
    return shift * BUCKETS_PER_OCTAVE + (value >>> shift)
  }
  const octave = octaveOf(value)
  const position = Math.floor(value / 2 ** (octave - OCTAVE_BITS))
  return (octave - OCTAVE_BITS) * BUCKETS_PER_OCTAVE + position
}

function octaveOf(value: number): number {
  const exponent = Math.floor(Math.log2(value))
  // Math.log2 rounds: just below a power of two it may give the power itself.
  return 2 ** exponent > value ? exponent - 1 : exponent
}

function octaveOfBucket(bucket: number): number {
  return Math.floor(bucket / BUCKETS_PER_OCTAVE) - 1 + OCTAVE_BITS
}

function middleOf(bucket: number): number {
  if (bucket < 2 * BUCKETS_PER_OCTAVE) return bucket
  const octave = Math.floor(bucket / BUCKETS_PER_OCTAVE) - 1
  const widthNs = 2 ** octave
  return (bucket - octave * BUCKETS_PER_OCTAVE) * widthNs + (widthNs - 1) / 2
}
