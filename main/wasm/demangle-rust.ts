/** Rust's v0 symbol names (RFC 2603, "Rust Symbol Mangling"). */

const BASIC_TYPES: Record<string, string> = {
  a: 'i8',
  b: 'bool',
  c: 'char',
  d: 'f64',
  e: 'str',
  f: 'f32',
  h: 'u8',
  i: 'isize',
  j: 'usize',
  l: 'i32',
  m: 'u32',
  n: 'i128',
  o: 'u128',
  p: '_',
  s: 'i16',
  t: 'u16',
  u: '()',
  v: '...',
  x: 'i64',
  y: 'u64',
  z: '!',
}

/** Names may refer back to their own parts, over and over: deeper or longer ones are not demangled. */
const DEEPEST = 100
const LONGEST = 4000

class NotMangled extends Error {}

/** The path that a name `_R…` stands for, with generic arguments; null where it is not well formed. */
export function demangleRust(name: string): string | null {
  // What LLVM appends to copies of a function is no part of the name.
  const mangled = /^_R([A-Za-z0-9_]+)/.exec(name)?.[1]
  if (mangled === undefined) return null
  try {
    return new Demangler(mangled).path(true)
  } catch (error) {
    if (error instanceof NotMangled) return null
    throw error
  }
}

class Demangler {
  readonly #text: string
  #at = 0
  #depth = 0
  #length = 0
  /** Lifetimes that enclosing `for<…>` bind. */
  #bound = 0

  constructor(text: string) {
    this.#text = text
  }

  /** `inValue`: arguments follow a path in an expression with `::<`. */
  path(inValue: boolean): string {
    return this.#nested(() => {
      switch (this.#next()) {
        case 'C': {
          this.#disambiguator()
          return this.#identifier()
        }
        case 'N':
          return this.#nestedPath(inValue)
        case 'M':
          this.#implPath()
          return `<${this.type()}>`
        case 'X':
          this.#implPath()
          return this.#asTrait()
        case 'Y':
          return this.#asTrait()
        case 'I': {
          const path = this.path(inValue)
          return `${path}${inValue ? '::' : ''}<${this.#list(() => this.#genericArgument()).join(', ')}>`
        }
        case 'B':
          return this.#reference(() => this.path(inValue))
        default:
          throw new NotMangled()
      }
    })
  }

  type(): string {
    return this.#nested(() => {
      const tag = this.#next()
      const basic = BASIC_TYPES[tag]
      if (basic !== undefined) return basic
      switch (tag) {
        case 'A':
          return `[${this.type()}; ${this.#constant()}]`
        case 'S':
          return `[${this.type()}]`
        case 'T': {
          const types = this.#list(() => this.type())
          return types.length === 1 ? `(${types[0]},)` : `(${types.join(', ')})`
        }
        case 'R':
          return `&${this.#optionalLifetime()}${this.type()}`
        case 'Q':
          return `&${this.#optionalLifetime()}mut ${this.type()}`
        case 'P':
          return `*const ${this.type()}`
        case 'O':
          return `*mut ${this.type()}`
        case 'F':
          return this.#bindLifetimes(() => this.#functionType())
        case 'D':
          return this.#dynamicType()
        case 'B':
          return this.#reference(() => this.type())
        default:
          this.#at--
          return this.path(false)
      }
    })
  }

  #nestedPath(inValue: boolean): string {
    const namespace = this.#next()
    const path = this.path(inValue)
    const disambiguator = this.#disambiguator()
    const name = this.#identifier()
    if (/[a-z]/.test(namespace)) return name === '' ? path : `${path}::${name}`
    // Special namespaces: closures and shims have no name of their own.
    const kind = namespace === 'C' ? 'closure' : namespace === 'S' ? 'shim' : namespace
    return `${path}::{${kind}${name === '' ? '' : `:${name}`}#${disambiguator}}`
  }

  /** Where an implementation stands is no part of what people call it. */
  #implPath(): void {
    this.#disambiguator()
    this.path(false)
  }

  #asTrait(): string {
    const type = this.type()
    return `<${type} as ${this.path(false)}>`
  }

  #genericArgument(): string {
    if (this.#take('L')) return this.#lifetime(this.#base62())
    return this.#take('K') ? this.#constant() : this.type()
  }

  #optionalLifetime(): string {
    if (!this.#take('L')) return ''
    const index = this.#base62()
    return index === 0 ? '' : `${this.#lifetime(index)} `
  }

  /** Counted from the innermost that is bound; 0 is one that is erased. */
  #lifetime(index: number): string {
    if (index === 0) return "'_"
    const depth = this.#bound - index
    if (depth < 0) throw new NotMangled()
    return depth < 26 ? `'${String.fromCharCode(97 + depth)}` : `'_${depth}`
  }

  #bindLifetimes(read: () => string): string {
    const count = this.#take('G') ? this.#base62() + 1 : 0
    if (count > LONGEST) throw new NotMangled()
    const names = Array.from({ length: count }, () => {
      this.#bound++
      return this.#lifetime(1)
    })
    const inner = read()
    this.#bound -= count
    return count === 0 ? inner : `for<${names.join(', ')}> ${inner}`
  }

  #functionType(): string {
    const unsafe = this.#take('U') ? 'unsafe ' : ''
    let abi = ''
    if (this.#take('K')) abi = `extern "${this.#take('C') ? 'C' : this.#identifier().replaceAll('_', '-')}" `
    const params = this.#list(() => this.type())
    const result = this.type()
    return `${unsafe}${abi}fn(${params.join(', ')})${result === '()' ? '' : ` -> ${result}`}`
  }

  #dynamicType(): string {
    const traits = this.#bindLifetimes(() => this.#list(() => this.#dynamicTrait()).join(' + '))
    if (!this.#take('L')) throw new NotMangled()
    const lifetime = this.#base62()
    return `dyn ${traits}${lifetime === 0 ? '' : ` + ${this.#lifetime(lifetime)}`}`
  }

  #dynamicTrait(): string {
    const path = this.path(false)
    const bindings: string[] = []
    while (this.#take('p')) bindings.push(`${this.#identifier()} = ${this.type()}`)
    if (bindings.length === 0) return path
    return path.endsWith('>')
      ? `${path.slice(0, -1)}, ${bindings.join(', ')}>`
      : `${path}<${bindings.join(', ')}>`
  }

  #constant(): string {
    return this.#nested(() => {
      const tag = this.#next()
      if (tag === 'B') return this.#reference(() => this.#constant())
      if (tag === 'p') return '_'
      const type = BASIC_TYPES[tag]
      if (type === undefined) throw new NotMangled()
      const sign = this.#take('n') ? '-' : ''
      const end = this.#text.indexOf('_', this.#at)
      const digits = end < 0 ? '' : this.#text.slice(this.#at, end)
      if (end < 0 || !/^[0-9a-f]{0,32}$/.test(digits)) throw new NotMangled()
      this.#at = end + 1
      const value = BigInt(`0x${digits || '0'}`)
      if (type === 'bool') return value === 0n ? 'false' : 'true'
      if (type === 'char' && value <= 0x10_ffffn) return `'${String.fromCodePoint(Number(value))}'`
      return `${sign}${value}`
    })
  }

  #list<Item>(read: () => Item): Item[] {
    const items: Item[] = []
    while (!this.#take('E')) items.push(read())
    return items
  }

  /** A part that stands earlier in the name, by its position. */
  #reference<Part>(read: () => Part): Part {
    const from = this.#at - 1
    const target = this.#base62()
    if (target >= from) throw new NotMangled()
    const back = this.#at
    this.#at = target
    const part = read()
    this.#at = back
    return part
  }

  #identifier(): string {
    const isEncoded = this.#take('u')
    const digits = /^(?:0|[1-9]\d{0,4})/.exec(this.#text.slice(this.#at, this.#at + 5))?.[0]
    if (digits === undefined) throw new NotMangled()
    this.#at += digits.length
    this.#take('_')
    const end = this.#at + Number(digits)
    if (end > this.#text.length) throw new NotMangled()
    const identifier = this.#text.slice(this.#at, end)
    this.#at = end
    return isEncoded ? decodePunycode(identifier) : identifier
  }

  #disambiguator(): number {
    return this.#take('s') ? this.#base62() + 1 : 0
  }

  /** Hashes of crates are too large to be exact, but nobody is shown those. `_` is 0; digits, small and capital letters make a number that is one less than the value. */
  #base62(): number {
    const digits = /^[0-9a-zA-Z]{0,13}_/.exec(this.#text.slice(this.#at, this.#at + 14))?.[0]
    if (digits === undefined) throw new NotMangled()
    this.#at += digits.length
    if (digits === '_') return 0
    let value = 0
    for (const digit of digits.slice(0, -1)) {
      const code = digit.charCodeAt(0)
      value = value * 62 + (code < 58 ? code - 48 : code > 96 ? code - 87 : code - 29)
    }
    return value + 1
  }

  #next(): string {
    const character = this.#text[this.#at]
    if (character === undefined) throw new NotMangled()
    this.#at++
    return character
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #nested(read: () => string): string {
    if (++this.#depth > DEEPEST) throw new NotMangled()
    const part = read()
    this.#depth--
    // Every part is built once for each time that it is referred to.
    this.#length += part.length + 1
    if (this.#length > LONGEST * DEEPEST || part.length > LONGEST) throw new NotMangled()
    return part
  }
}

/** RFC 3492 with `_` in the place of `-`. */
function decodePunycode(encoded: string): string {
  const separator = encoded.lastIndexOf('_')
  const points = separator > 0 ? Array.from(encoded.slice(0, separator), (each) => each.charCodeAt(0)) : []
  let [code, bias, index, at] = [128, 72, 0, separator + 1]
  while (at < encoded.length) {
    const before = index
    for (let [weight, position] = [1, 36]; ; position += 36) {
      const character = encoded.charCodeAt(at++)
      const digit = character > 96 ? character - 97 : character > 47 && character < 58 ? character - 22 : 36
      if (!(digit < 36)) throw new NotMangled()
      index += digit * weight
      const threshold = position <= bias ? 1 : position >= bias + 26 ? 26 : position - bias
      if (digit < threshold) break
      weight *= 36 - threshold
      if (index > 2 ** 31 || weight > 2 ** 31) throw new NotMangled()
    }
    const count = points.length + 1
    let delta = Math.floor((index - before) / (before === 0 ? 700 : 2))
    delta += Math.floor(delta / count)
    let shift = 0
    for (; delta > 455; shift += 36) delta = Math.floor(delta / 35)
    bias = shift + Math.floor((36 * delta) / (delta + 38))
    code += Math.floor(index / count)
    index %= count
    if (code > 0x10_ffff) throw new NotMangled()
    points.splice(index++, 0, code)
  }
  return String.fromCodePoint(...points)
}
