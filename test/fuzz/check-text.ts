/** What people type and write: arguments, results, modules in the text format. */
import type { ReferenceType, ValueType } from '../../main/wasm/types.ts'
import { parseArguments, parseResults } from '../../main/wasm/value-text.ts'
import { parseWat } from '../../main/wasm/wat.ts'
import { expectThat } from './check-error.ts'
import type { Random } from './random.ts'

const reference = (heap: ReferenceType['heap'], nullable: boolean): ReferenceType => ({ heap, nullable })
const TYPES: readonly ValueType[] = [
  'i32',
  'i64',
  'f32',
  'f64',
  'v128',
  reference('extern', true),
  reference('extern', false),
  reference('func', true),
  reference('any', false),
  reference(0, true),
]
const VALUE_PARTS = [
  ...'0123456789abcdefxXpPeE+-_. \t"\'\\',
  '0x',
  '1e',
  'nan',
  'nan:0x',
  'inf',
  'infinity',
  'null',
  '\\u0000',
  '"text"',
  '\u{1f388}',
  '\ud800',
  '999999999999999999',
  '1e400',
  '0x1p-1080',
  '2147483648',
]
const TEXT_PARTS = [
  '(',
  ')',
  '(module',
  '(func',
  '(param i32)',
  '"',
  '\\ff',
  '\u{1f388}',
  '\ufeff',
  ';;',
  '(;',
  ';)',
  '$x',
  '(type 4294967295)',
  '0x',
  '(ref null 0)',
  '\0',
  '\ud800',
]

/** Throws where texts that stand for values are not read, or refused with a reason. */
export function checkValues(random: Random): void {
  const list = <Item>(make: () => Item): Item[] => Array.from({ length: random.below(4) }, make)
  const types = list(() => random.pick(TYPES))
  const makeText = () => list(() => list(() => random.pick(VALUE_PARTS)).join('')).join('')
  const long = random.oneIn(50)
  const texts = types.map(() => (long ? makeText().repeat(20_000) : makeText()))
  if (random.oneIn(10)) texts.push(makeText())
  for (const parse of [parseArguments, parseResults]) {
    const parsed = parse(texts, types)
    if (parsed.ok) {
      expectThat(parsed.value.length === types.length, 'there are more or fewer values than types')
      for (const [index, value] of parsed.value.entries()) checkValue(value, types[index]!)
    } else {
      expectThat(parsed.error.message.endsWith('.') && parsed.error.fix.endsWith('.'), 'no reason is given')
      expectThat(parsed.error.message.length < 1000, 'the reason repeats a long text')
    }
  }
}

/** What the engine takes without converting it. */
function checkValue(value: unknown, type: ValueType): void {
  const isRight =
    type === 'i32'
      ? Object.is(value, Number(value) | 0)
      : type === 'i64'
        ? typeof value === 'bigint' && value === BigInt.asIntN(64, value)
        : type === 'f32'
          ? Object.is(value, Math.fround(Number(value)))
          : type === 'f64'
            ? typeof value === 'number'
            : value === null || typeof value === 'string'
  expectThat(isRight, `${String(value)} is no value of type ${JSON.stringify(type)}`)
}

/** A module in the text format with parts taken out, put in, or nested deeply. */
export function mutateText(random: Random, texts: readonly string[]): string {
  let text = random.pick(texts)
  for (let change = random.below(3); change >= 0; change--) {
    const at = random.below(text.length + 1)
    const removed = random.below(8)
    const part = random.oneIn(3) ? random.pick(texts).slice(at, at + 40) : random.pick(TEXT_PARTS)
    const count = random.oneIn(20) ? 10_000 : 1
    text = text.slice(0, at) + part.repeat(count) + text.slice(at + removed)
  }
  return text
}

/** Throws where a text is neither parsed nor refused with a place. */
export async function checkWat(text: string): Promise<void> {
  const parsed = await parseWat(text, 'fuzz.wat')
  if (parsed.ok) {
    expectThat(parsed.value.length >= 8, 'the text gives less than a module')
    return
  }
  const { message, line, column } = parsed.error
  const lines = text.split('\n')
  expectThat(/^fuzz\.wat:\d+:\d+: \S/.test(message), `the reason has no place: ${message.slice(0, 200)}`)
  expectThat(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`)
  expectThat(column >= 1 && column <= Array.from(lines[line - 1]!).length + 1, `column ${column} is too far`)
  expectThat(
    !/unreachable|recursion|RuntimeError/.test(message),
    `the parser broke: ${message.slice(0, 300)}`,
  )
}
