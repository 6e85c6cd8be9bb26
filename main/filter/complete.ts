/** What can stand at a place of a filter: for a field that completes as one types. */
import type { FilterCompletion, FilterCompletions } from '../contract/filters.ts'
import type { Field } from './fields.ts'
import { FIELDS, findField, OPERATORS } from './fields.ts'
import { UNIT_NAMES } from './literals.ts'
import type { Piece } from './model.ts'

/** Completions that are offered at once. */
const COMPLETION_LIMIT = 50

/** The names that there are to be filtered by. */
export interface FilterNames {
  imports: readonly { module: string; name: string }[]
  exports: readonly string[]
  /** Of calls that failed. */
  errorCodes: readonly string[]
}

/** Lists what can stand at `cursor`, and the characters that it would take the place of. */
export function completeFilter(
  pieces: readonly Piece[],
  cursor: number,
  names: FilterNames,
): FilterCompletions {
  const piece = pieces.findLast(({ from, to }) => from <= cursor && cursor <= to)
  if (!piece) return { from: cursor, to: cursor, items: FIELDS.map(offerField) }
  const field = findField(piece.part === 'word' ? piece.text : piece.word)?.field
  const { from, to } = piece.part === 'operator' ? { from: piece.to, to: piece.to } : piece
  const typed = piece.part === 'operator' ? '' : piece.text
  if (piece.part !== 'word') return cut(from, to, field ? offerValues(field, typed, names) : [])
  // A whole field still lacks its operator.
  const wholes = field ? OPERATORS[field.type].map((sign) => offer(`${typed}${sign}`, field.about)) : []
  return cut(from, to, [...wholes, ...offerWords(typed, names)])
}

function cut(from: number, to: number, items: FilterCompletion[]): FilterCompletions {
  return { from, to, items: items.slice(0, COMPLETION_LIMIT) }
}

function offer(text: string, about = ''): FilterCompletion {
  return { text, about }
}

/** A field with its usual operator, so that the value is next. */
function offerField({ name, type, about }: Field): FilterCompletion {
  const index = type === 'value' ? '0' : ''
  return offer(`${name}${index}${OPERATORS[type][0] ?? ''}`, about)
}

/** Fields that begin so, and functions whose name has it in it. */
function offerWords(typed: string, names: FilterNames): FilterCompletion[] {
  const fields = FIELDS.filter(({ name }) => name !== typed && name.startsWith(typed.toLowerCase()))
  const functions = [
    ...names.imports.map(({ module, name }) => ({ scope: 'import', name: `${module}.${name}` })),
    ...names.exports.map((name) => ({ scope: 'export', name })),
  ].filter(({ name }) => includes(name, typed))
  return [
    ...fields.map(offerField),
    ...functions.map(({ scope, name }) => offer(`${scope}:${quote(name)}`, `calls of this ${scope}`)),
  ]
}

function offerValues(field: Field, typed: string, names: FilterNames): FilterCompletion[] {
  const bare = typed.replace(/^"/, '')
  switch (field.type) {
    case 'duration': {
      const [, digits, unit = ''] = /^(\d+(?:\.\d*)?)([a-z]*)$/.exec(typed) ?? []
      if (digits === undefined) return typed === '' ? ['1ms', '10ms', '1s'].map((text) => offer(text)) : []
      return UNIT_NAMES.filter((name) => name !== unit && name.startsWith(unit)).map((name) =>
        offer(`${digits}${name}`),
      )
    }
    case 'choice':
      return field
        .choices!.filter((choice) => choice !== typed && choice.startsWith(bare))
        .map((choice) => offer(choice))
    case 'scope':
    case 'text':
      return listNames(field.name, names)
        .filter((name) => name !== bare && includes(name, bare))
        .map((name) => offer(quote(name)))
    default:
      return []
  }
}

function listNames(fieldName: string, { imports, exports, errorCodes }: FilterNames): string[] {
  const modules = [...new Set(imports.map(({ module }) => module))]
  switch (fieldName) {
    case 'import':
      return [
        ...modules.map((module) => `${module}.*`),
        ...imports.map(({ module, name }) => `${module}.${name}`),
      ]
    case 'export':
      return [...exports]
    case 'module':
      return modules
    case 'name':
      return [...new Set([...imports.map(({ name }) => name), ...exports])]
    case 'error':
      return [...errorCodes]
    default:
      return []
  }
}

function includes(name: string, typed: string): boolean {
  return name.toLowerCase().includes(typed.toLowerCase())
}

/** In quotes where it would else be read as something else. */
function quote(name: string): string {
  const isPlain = /^[^\s()"?]+$/.test(name)
  return isPlain ? name : `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
