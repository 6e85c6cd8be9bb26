/**
 * Ids of OpenTelemetry's traces that look random, as sampling wants them, and are the same for the same call of the same
 * session. Two calls of a session never have the same.
 */
import type { CallId } from '../../contract/ids.ts'

const SEEDS = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35]

/** Makes the ids for a session that `text` tells from all others: 32 hexadecimal digits for each top-level call. */
export function createTraceIds(text: string): (root: CallId) => string {
  const [first, second, third, fourth] = SEEDS.map((seed) => hash(text, seed)) as [
    number,
    number,
    number,
    number,
  ]
  const prefix = toDigits(first) + toDigits(second)
  return (root) => prefix + toDigits(mix(root ^ third)) + toDigits(mix(mix(root) ^ fourth))
}

/** FNV-1a over the text's units, mixed once more, since it spreads the last ones little. */
function hash(text: string, seed: number): number {
  let state = seed
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
  return mix(state)
}

/** The finalizer of MurmurHash3, which takes no two numbers of 32 bits to the same one. */
function mix(value: number): number {
  let state = value
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}

function toDigits(word: number): string {
  return word.toString(16).padStart(8, '0')
}
