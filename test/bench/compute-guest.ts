/** A guest that computes, in ways that differ in how often it loops and calls. */
import { compileString } from 'assemblyscript/asc'

/** Each takes the size of its work, and returns something that depends on all of it. */
const SOURCE = `
export function primes(limit: i32): i32 {
  const sieve = new Uint8Array(limit)
  let count = 0
  for (let n = 2; n < limit; n++) {
    if (unchecked(sieve[n])) continue
    count++
    for (let multiple = n + n; multiple < limit; multiple += n) unchecked(sieve[multiple] = 1)
  }
  return count
}

export function matrix(size: i32): i32 {
  const a = new Float64Array(size * size)
  const b = new Float64Array(size * size)
  for (let i = 0; i < size * size; i++) {
    unchecked(a[i] = i % 7)
    unchecked(b[i] = i % 5)
  }
  let trace: f64 = 0
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum: f64 = 0
      for (let k = 0; k < size; k++) sum += unchecked(a[row * size + k]) * unchecked(b[k * size + column])
      if (row == column) trace += sum
    }
  }
  return i32(trace)
}

export function mandelbrot(size: i32): i32 {
  let inside = 0
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const re = f64(x) * 3 / size - 2
      const im = f64(y) * 2 / size - 1
      let zr: f64 = 0, zi: f64 = 0, step = 0
      while (step < 100 && zr * zr + zi * zi < 4) {
        const next = zr * zr - zi * zi + re
        zi = 2 * zr * zi + im
        zr = next
        step++
      }
      if (step == 100) inside++
    }
  }
  return inside
}

export function checksum(bytes: i32): i32 {
  const data = new Uint8Array(4096)
  for (let i = 0; i < 4096; i++) unchecked(data[i] = i * 31)
  let a: u32 = 1, b: u32 = 0
  for (let i = 0; i < bytes; i++) {
    a = (a + unchecked(data[i & 4095])) % 65521
    b = (b + a) % 65521
  }
  return b << 16 | a
}

export function xorshift(rounds: i32): i32 {
  let state: u32 = 0x9e3779b9
  for (let round = 0; round < rounds; round++) {
    state ^= state << 13
    state ^= state >> 17
    state ^= state << 5
  }
  return state
}

export function fibonacci(n: i32): i32 {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)
}

function quicksort(values: Int32Array, low: i32, high: i32): void {
  if (low >= high) return
  const pivot = unchecked(values[(low + high) >>> 1])
  let left = low, right = high
  while (left <= right) {
    while (unchecked(values[left]) < pivot) left++
    while (unchecked(values[right]) > pivot) right--
    if (left <= right) {
      const kept = unchecked(values[left])
      unchecked(values[left++] = values[right])
      unchecked(values[right--] = kept)
    }
  }
  quicksort(values, low, right)
  quicksort(values, left, high)
}

export function sorting(count: i32): i32 {
  const values = new Int32Array(count)
  let state: u32 = 1
  for (let i = 0; i < count; i++) {
    state = state * 1664525 + 1013904223
    unchecked(values[i] = state >> 8)
  }
  quicksort(values, 0, count - 1)
  return unchecked(values[count >> 1])
}

class Node { constructor(public left: Node | null, public right: Node | null) {} }
function grow(depth: i32): Node {
  return depth == 0 ? new Node(null, null) : new Node(grow(depth - 1), grow(depth - 1))
}
function count(node: Node): i32 {
  return node.left === null ? 1 : 1 + count(node.left!) + count(node.right!)
}
export function trees(depth: i32): i32 {
  return count(grow(depth))
}

export function words(rounds: i32): i32 {
  const counts = new Map<string, i32>()
  for (let round = 0; round < rounds; round++) {
    const word = (round % 997).toString()
    counts.set(word, (counts.has(word) ? counts.get(word) : 0) + 1)
  }
  return counts.size
}
`

/** What is measured: an export, and the size of its work. */
export const WORKLOADS = {
  primes: 3_000_000,
  matrix: 260,
  mandelbrot: 400,
  checksum: 8_000_000,
  xorshift: 20_000_000,
  fibonacci: 33,
  sorting: 400_000,
  trees: 16,
  words: 200_000,
} as const

/** The guest, in the binary format. */
export async function buildComputeGuest(): Promise<Uint8Array<ArrayBuffer>> {
  const { binary, error, stderr } = await compileString(SOURCE, { optimizeLevel: 3, runtime: 'incremental' })
  if (error || !binary) throw new Error(`${error?.message} ${stderr.toString()}`)
  return Uint8Array.from(binary)
}
