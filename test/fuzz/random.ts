import { createRandom } from '../wasm/random.ts'

/** Draws what a fuzzer needs from one seeded generator. */
export interface Random {
  /** An integer from 0 to below `limit`, which is at least 1. */
  below(limit: number): number
  pick<Item>(items: readonly Item[]): Item
  /** True once in `times`. */
  oneIn(times: number): boolean
}

/** The generator of input `index` under `seed`: inputs can be made one by one, and in any order. */
export function randomOf(seed: number, index: number): Random {
  const below = createRandom(mix(mix(seed) ^ index))
  return {
    below,
    pick: (items) => items[below(items.length)]!,
    oneIn: (times) => below(times) === 0,
  }
}

/** Spreads neighbouring numbers over 32 bits (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
