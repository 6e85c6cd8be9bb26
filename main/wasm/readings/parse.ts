/** Reads the language of readings (docs/readings.md) and checks it against an import's signature. */
import type { Result } from '../result.ts'
import type {
  DataType,
  EnumSymbol,
  Operand,
  PassedType,
  Reading,
  ReadingSignature,
  Scalar,
  Source,
  TextKind,
} from './model.ts'
import { isScalar, layoutOf } from './model.ts'
import { ReadingSyntaxError, Scanner } from './scanner.ts'

/** Why a text is no readings of an import: a sentence, and the character (from 0) at which it went wrong. */
export interface ReadingError {
  message: string
  offset: number
}

/** Longest text of readings that is accepted, in characters. */
export const READINGS_LENGTH_LIMIT = 2000
/** Largest thing that can be laid out in memory: more than is ever kept of it. */
const LARGEST_TYPE_BYTES = 1024 * 1024

const FORMS = 'utf8, cstring, bytes, struct, array, enum, or a number such as u32'
const TEXT_KINDS: readonly string[] = ['utf8', 'cstring', 'bytes'] satisfies TextKind[]
/** The types of parameters and results that an integer can be read from. */
const INTEGER_TYPES: ReadonlySet<string> = new Set(['i32', 'i64'])

/** Parses the readings of an import. An empty text has none. */
export function parseReadings(text: string, signature: ReadingSignature): Result<Reading[], ReadingError> {
  if (text.length > READINGS_LENGTH_LIMIT) {
    const message = `It is longer than ${READINGS_LENGTH_LIMIT} characters.`
    return { ok: false, error: { message, offset: READINGS_LENGTH_LIMIT } }
  }
  try {
    return { ok: true, value: new Parser(text, signature).parse() }
  } catch (thrown) {
    if (!(thrown instanceof ReadingSyntaxError)) throw thrown
    return { ok: false, error: { message: thrown.message, offset: thrown.offset } }
  }
}

class Parser {
  readonly #scanner: Scanner
  readonly #signature: ReadingSignature
  /** Whether the reading at hand refers to a result. */
  #usesResult = false

  constructor(text: string, signature: ReadingSignature) {
    this.#scanner = new Scanner(text)
    this.#signature = signature
  }

  parse(): Reading[] {
    if (this.#scanner.atEnd) return []
    const readings: Reading[] = []
    do readings.push(this.#reading())
    while (this.#scanner.acceptSeparator(null))
    return readings
  }

  #reading(): Reading {
    const scanner = this.#scanner
    this.#usesResult = false
    const isOut = scanner.accept('out')
    const startOffset = scanner.offset
    let word = scanner.acceptWord() ?? scanner.fail(`a reading (${FORMS})`)
    let name: string | null = null
    if (scanner.accept(':')) {
      name = word
      word = scanner.acceptWord() ?? scanner.fail(`a reading (${FORMS})`)
    }
    const source = this.#source(word, startOffset)
    if (isOut && !this.#usesResult && source.kind === 'passed') {
      throw new ReadingSyntaxError(
        `A parameter itself does not change: write “*${source.operand.index}” for what it points at.`,
        startOffset,
      )
    }
    return { name, atReturn: isOut || this.#usesResult, source }
  }

  #source(form: string, offset: number): Source {
    const scanner = this.#scanner
    if (form === 'utf8' || form === 'bytes') {
      scanner.expect('(', `behind ${form}`)
      const address = this.#operand('an address')
      scanner.expect(',', 'between address and length')
      const length = this.#operand('a length')
      scanner.expect(')', 'behind the length')
      return { kind: 'text', text: form, address, length }
    }
    if (form === 'cstring') {
      return { kind: 'text', text: 'cstring', address: this.#only('an address'), length: null }
    }
    if (form === 'struct') {
      const address = this.#only('an address')
      return { kind: 'memory', address, type: this.#checkSize(this.#struct(), offset), count: null }
    }
    if (form === 'array') {
      scanner.expect('(', 'behind array')
      const address = this.#operand('an address')
      scanner.expect(',', 'between address and count')
      const count = this.#operand('a count')
      scanner.expect(')', 'behind the count')
      return { kind: 'memory', address, type: this.#type(), count }
    }
    if (form === 'enum') {
      const scalar = this.#enumScalar()
      const operandOffset = scanner.offset
      const operand = this.#only('a number')
      return this.#numberSource({ kind: 'enum', scalar, symbols: this.#symbols() }, operand, operandOffset)
    }
    if (isScalar(form)) {
      const operandOffset = scanner.offset
      const operand = this.#only(form.startsWith('f') ? 'a float' : 'a number')
      return this.#numberSource({ kind: 'scalar', scalar: form }, operand, operandOffset)
    }
    throw new ReadingSyntaxError(`“${form}” is no reading. There are ${FORMS}.`, offset)
  }

  /** A number in parentheses, or in memory where it is pointed at. */
  #numberSource(type: PassedType, operand: Operand, offset: number): Source {
    if (operand.deref) {
      const address = { ...operand, deref: false }
      return { kind: 'memory', address, type, count: null }
    }
    const { scalar } = type
    const fits =
      scalar === 'f32' || scalar === 'f64'
        ? operand.type === scalar
        : INTEGER_TYPES.has(operand.type) && (!['i64', 'u64'].includes(scalar) || operand.type === 'i64')
    if (!fits) {
      const what = operand.from === 'param' ? 'Parameter' : 'Result'
      throw new ReadingSyntaxError(
        `${what} ${operand.index} is an ${operand.type}, which cannot be read as ${scalar}.`,
        offset + 1,
      )
    }
    return { kind: 'passed', operand, type }
  }

  /** One operand in parentheses. */
  #only(what: 'an address' | 'a number' | 'a float'): Operand {
    this.#scanner.expect('(', 'with what is read')
    const operand = this.#operand(what)
    this.#scanner.expect(')', 'behind what is read')
    return operand
  }

  #operand(what: 'an address' | 'a length' | 'a count' | 'a number' | 'a float'): Operand {
    const scanner = this.#scanner
    const deref = scanner.accept('*')
    const { offset } = scanner
    const { from, index, type } = this.#place()
    if ((deref || what !== 'a float') && !INTEGER_TYPES.has(type)) {
      const place = `${from === 'param' ? 'Parameter' : 'Result'} ${index}`
      throw new ReadingSyntaxError(
        `${place} is of type ${type}, and no ${deref ? 'address' : what.replace(/^an? /, '')}.`,
        offset,
      )
    }
    return { from, index, deref, type }
  }

  #place(): Pick<Operand, 'from' | 'index' | 'type'> {
    const scanner = this.#scanner
    const { params, results, paramNames } = this.#signature
    const { offset } = scanner
    if (scanner.accept('result')) {
      const index = scanner.accept('.')
        ? (scanner.acceptNumber() ?? scanner.fail('the number of a result'))
        : 0
      const type = results[index]
      if (type === undefined) {
        throw new ReadingSyntaxError(`The import has ${count(results, 'result')}.`, offset)
      }
      this.#usesResult = true
      return { from: 'result', index, type }
    }
    const name = scanner.acceptWord()
    const index = name === null ? scanner.acceptNumber() : paramNames.indexOf(name)
    if (index === null) return scanner.fail('a parameter (its number from 0, or its name) or “result”')
    const type = params[index]
    if (type !== undefined) return { from: 'param', index, type }
    const names = paramNames.filter((known) => known !== undefined)
    throw new ReadingSyntaxError(
      name === null
        ? `The import has ${count(params, 'parameter')}; the first is 0.`
        : `No parameter is named “${name}”. ${names.length > 0 ? `There are ${names.join(', ')}.` : 'The module names none: use their numbers, from 0.'}`,
      offset,
    )
  }

  #type(): DataType {
    const scanner = this.#scanner
    const { offset } = scanner
    let type = this.#baseType()
    while (scanner.accept('[')) {
      const countOffset = scanner.offset
      const items = scanner.acceptNumber() ?? scanner.fail('the number of items')
      if (items < 1) throw new ReadingSyntaxError('An array has at least one item.', countOffset)
      scanner.expect(']', 'behind the number of items')
      type = this.#checkSize({ kind: 'array', item: type, count: items }, offset)
    }
    return this.#checkSize(type, offset)
  }

  #baseType(): DataType {
    const scanner = this.#scanner
    const { offset } = scanner
    const word = scanner.acceptWord() ?? scanner.fail(`a type (${FORMS})`)
    if (isScalar(word)) return { kind: 'scalar', scalar: word }
    if (TEXT_KINDS.includes(word)) return { kind: 'text', text: word as TextKind }
    if (word === 'struct') return this.#struct()
    if (word === 'enum') return { kind: 'enum', scalar: this.#enumScalar(), symbols: this.#symbols() }
    throw new ReadingSyntaxError(`“${word}” is no type. There are ${FORMS}.`, offset)
  }

  /** The integer type of an enum, which C makes an `int` where nothing is said. */
  #enumScalar(): Scalar {
    const { offset } = this.#scanner
    const word = this.#scanner.acceptWord()
    if (word === null) return 'i32'
    if (isScalar(word) && /^[iu]/.test(word)) return word
    throw new ReadingSyntaxError(`“${word}” is no integer type, such as u8.`, offset)
  }

  #struct(): DataType {
    const scanner = this.#scanner
    scanner.expect('{', 'with the members of the struct')
    const members: { name: string; type: DataType }[] = []
    do {
      const name = scanner.acceptWord() ?? scanner.fail('the name of a member')
      scanner.expect(':', 'behind the name of a member')
      members.push({ name, type: this.#type() })
    } while (scanner.acceptSeparator('}'))
    scanner.expect('}', 'behind the members')
    return { kind: 'struct', members }
  }

  #symbols(): EnumSymbol[] {
    const scanner = this.#scanner
    scanner.expect('{', 'with the names of the values')
    const symbols: EnumSymbol[] = []
    do {
      const value = scanner.acceptNumber() ?? scanner.fail('the value of a name')
      scanner.expect(':', 'between value and name')
      symbols.push({ value, name: scanner.acceptWord() ?? scanner.fail('the name of a value') })
    } while (scanner.acceptSeparator('}'))
    scanner.expect('}', 'behind the names')
    return symbols
  }

  #checkSize(type: DataType, offset: number): DataType {
    if (layoutOf(type, 8).sizeBytes > LARGEST_TYPE_BYTES) {
      throw new ReadingSyntaxError('It is larger than 1 MiB.', offset)
    }
    return type
  }
}

function count(items: readonly unknown[], noun: string): string {
  return items.length === 1 ? `1 ${noun}` : `${items.length || 'no'} ${noun}s`
}

/** The sentence with its place, for people: `Character 6: …`. */
export function describeReadingError({ message, offset }: ReadingError): string {
  return `Character ${offset + 1}: ${message}`
}
