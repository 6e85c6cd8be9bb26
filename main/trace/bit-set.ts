/** Which of so many entries something is true of: a bit for each. */
export class BitSet {
  readonly #words: Uint32Array

  /** Of no entry below `length` yet. */
  constructor(length: number) {
    this.#words = new Uint32Array(Math.ceil(length / 32))
  }

  get sizeBytes(): number {
    return this.#words.byteLength
  }

  has(at: number): boolean {
    return ((this.#words[at >>> 5]! >>> (at & 31)) & 1) === 1
  }

  set(at: number, isIn: boolean): void {
    const bit = 1 << (at & 31)
    if (isIn) this.#words[at >>> 5]! |= bit
    else this.#words[at >>> 5]! &= ~bit
  }
}

/** How many bits of a word are set. */
export function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555)
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}
