/** Reads one condition of a filter: a field, an operator and a value, or a text to be found in names. */
import type { CallKind, CallOutcome } from '../contract/calls.ts'
import type { Field, FieldReference } from './fields.ts'
import { FIELDS, findField, OPERATORS } from './fields.ts'
import { readDuration, readNumber, UNIT_NAMES } from './literals.ts'
import type {
  Comparison,
  CountField,
  DurationField,
  Filter,
  Piece,
  TextField,
  TextPattern,
  ValueField,
} from './model.ts'
import type { Complain } from './parse.ts'
import type { FilterScanner, Scanned } from './scanner.ts'

/** What stands for a condition that could not be read: there is a problem then, and it is never asked. */
const UNREAD: Filter = { kind: 'all' }
/** Characters of a mistake that are repeated. */
const LONGEST_SHOWN = 40
const FOREIGN_WORDS: Record<string, string> = {
  '&&': 'Conditions side by side all have to hold: leave it out.',
  '||': 'Write “or”.',
}

/** Reads a condition. There is one, or something that is none. */
export function readTerm(scanner: FilterScanner, pieces: Piece[], complain: Complain): Filter {
  const quoted = scanner.acceptQuoted()
  if (quoted) return readLabel(quoted, complain)
  const name = scanner.acceptName()
  if (!name) {
    const stray = scanner.acceptOperator() ?? scanner.takeStray()
    complain(stray.from, stray.to, `“${stray.text}” has no field before it.`, 'Write one, such as total>5ms.')
    scanner.acceptValue()
    return UNREAD
  }
  pieces.push({ part: 'word', from: name.from, to: name.to, text: name.text, word: '' })
  const operator = scanner.acceptOperator()
  if (!operator) return readWord(name, complain)
  pieces.push({
    part: 'operator',
    from: operator.from,
    to: operator.to,
    text: operator.text,
    word: name.text,
  })
  const expression = operator.text === '~' ? scanner.acceptExpression() : null
  if (expression) {
    const why = 'There are no regular expressions: one of them can take for ever on a short text.'
    const fix =
      'Write a part of the text, or a whole with * and ? behind “=”. To find the slashes, put it in quotes.'
    complain(expression.from, expression.to, why, fix)
    return UNREAD
  }
  const value = scanner.acceptValue()
  const { from, to, text } = value ?? { from: operator.to, to: operator.to, text: '' }
  pieces.push({ part: 'value', from, to, text, word: name.text })
  const reference = findField(name.text)
  if (!reference) {
    complain(name.from, name.to, `There is no field ${quote(name.text)}.`, suggestField(name.text))
    return UNREAD
  }
  return readComparison(reference, name, operator, value, complain)
}

function readLabel({ text, from, to }: Scanned, complain: Complain): Filter {
  if (text === '') {
    complain(from, to, 'The text in quotes is empty.', 'Write what names are to contain.')
  }
  return { kind: 'label', pattern: { how: 'contains', text } }
}

/** A word by itself: a flag, or a text that names contain. */
function readWord(name: Scanned, complain: Complain): Filter {
  const foreign = FOREIGN_WORDS[name.text]
  if (foreign !== undefined) {
    complain(name.from, name.to, `“${name.text}” is not of this language.`, foreign)
    return UNREAD
  }
  const field = findField(name.text)?.field
  if (!field) return readLabel(name, complain)
  if (field.type === 'flag') return { kind: 'overlapped' }
  const fix = `Write it, for example ${field.example}; to find the word in names, write "${name.text}" in quotes.`
  complain(name.from, name.to, `What ${name.text} is to be compared with is missing.`, fix)
  return UNREAD
}

function suggestField(word: string): string {
  const start = word.toLowerCase().slice(0, 3)
  const close = FIELDS.filter(({ name }) => name.startsWith(start) || start.startsWith(name))
  const named = (close.length > 0 ? close : FIELDS).map(({ name }) => name).join(', ')
  return `${close.length > 0 ? 'Did you mean' : 'There are'} ${named}${close.length > 0 ? '?' : '.'} To find the text in names, put it in quotes.`
}

function readComparison(
  { field, index }: FieldReference,
  name: Scanned,
  operator: Scanned,
  value: Scanned | null,
  complain: Complain,
): Filter {
  const isTwice = operator.text === '==' && OPERATORS[field.type].includes('=')
  const sign = isTwice ? '=' : operator.text
  if (!OPERATORS[field.type].includes(sign)) {
    const allowed = OPERATORS[field.type].join(' ')
    const why = `${name.text} is not compared with “${operator.text}”.`
    const fix =
      field.type === 'flag' ? `Write ${name.text} alone.` : `Use ${allowed}, for example ${field.example}.`
    complain(operator.from, operator.to, why, fix)
    return UNREAD
  }
  if (!value || (value.text === '' && sign === '~')) {
    const { from, to } = value ?? operator
    complain(
      from,
      to,
      `A value is missing behind “${operator.text}”.`,
      `Write one, for example ${field.example}.`,
    )
    return UNREAD
  }
  const refuse = (why: string, fix: string) => {
    complain(value.from, value.to, why, fix)
    return UNREAD
  }
  const filter = readValue(field, index, sign === '!=' ? '=' : sign, value, refuse)
  return sign === '!=' ? { kind: 'not', part: filter } : filter
}

type Refuse = (why: string, fix: string) => Filter

function readValue(field: Field, index: number | null, sign: string, value: Scanned, refuse: Refuse): Filter {
  const { text } = value
  const comparison = sign as Comparison
  switch (field.type) {
    case 'scope':
      return { kind: 'scope', scope: field.name as 'import' | 'export', pattern: readPattern('=', value) }
    case 'text':
      return { kind: 'text', field: field.name as TextField, pattern: readPattern(sign, value) }
    case 'choice':
      if (!field.choices!.includes(text)) {
        return refuse(
          `${quote(text)} is no ${field.name} of a call.`,
          `It is one of ${field.choices!.join(', ')}.`,
        )
      }
      return field.name === 'kind'
        ? { kind: 'call-kind', callKind: text as CallKind }
        : { kind: 'outcome', outcome: text as CallOutcome }
    case 'duration': {
      const number = readDuration(text)
      if (number === null) return refuse(`${quote(text)} is no time.`, suggestDuration(text))
      return { kind: 'number', field: field.name as DurationField, comparison, number }
    }
    case 'count': {
      if (!/^\d{1,15}$/.test(text))
        return refuse(`${quote(text)} is no whole number.`, `Write one: ${field.example}.`)
      return { kind: 'number', field: field.name as CountField, comparison, number: Number(text) }
    }
    case 'value':
      return readValueTerm(field.name as ValueField, index, sign, value, refuse)
    case 'flag':
      throw new Error(`${field.name} has no operators.`)
  }
}

function readValueTerm(
  field: ValueField,
  index: number | null,
  sign: string,
  value: Scanned,
  refuse: Refuse,
): Filter {
  const { text, isQuoted } = value
  if (sign === '~') return { kind: 'value-text', field, index, pattern: readPattern('~', value) }
  const literal = isQuoted ? null : readNumber(text)
  const comparison = sign as Comparison
  if (literal && Number.isNaN(literal.number) && comparison !== '=') {
    return refuse('Nothing is less or more than NaN.', 'Compare with = or !=.')
  }
  if (literal) return { kind: 'value', field, index, comparison, literal }
  if (comparison !== '=')
    return refuse(`${quote(text)} is no number.`, 'Write one: 10, -0.5, 0xff, 1e6, inf.')
  if (text === 'null' && !isQuoted) return { kind: 'null-value', field, index }
  return { kind: 'value-text', field, index, pattern: readPattern('=', value) }
}

/** What is quoted is meant as it stands; else `*` and `?` of a whole text are wildcards. */
function readPattern(sign: string, { text, isQuoted }: Scanned): TextPattern {
  if (sign === '~') return { how: 'contains', text }
  return { how: isQuoted || !/[*?]/.test(text) ? 'equals' : 'glob', text }
}

function suggestDuration(text: string): string {
  const units = UNIT_NAMES.join(', ')
  return readNumber(text) && !text.startsWith('-')
    ? `Write its unit, one of ${units}: ${elide(text)}ms.`
    : `Write a number and one of ${units}: 5ms, 250us, 1.5s.`
}

/** A mistake can be as long as a filter: what is said of it shows where it begins. */
function elide(text: string): string {
  return text.length > LONGEST_SHOWN
    ? `${text.slice(0, LONGEST_SHOWN).replace(/[\ud800-\udbff]$/, '')}…`
    : text
}

function quote(text: string): string {
  return `“${elide(text)}”`
}
