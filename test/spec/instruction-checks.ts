/**
 * Checks by instructions what JavaScript cannot see: vectors, and the bits of a NaN. The check is a module that
 * imports the functions of an instance, calls them with the script's arguments and compares the bits of what they
 * return.
 */
import type { FunctionType, ValueType } from '../../main/wasm/types.ts'
import { formatValueType } from '../../main/wasm/types.ts'
import type { Action } from './script-commands.ts'
import type { ScriptNode } from './script-text.ts'
import { needsInstructions, spellValue } from './script-values.ts'

/** An action on a function of the type; without `expected` its results do not matter. */
export interface InstructionCheck {
  action: Action
  type: FunctionType
  expected: readonly ScriptNode[] | null
}

/** Whether the action needs such a check, and can have one: it is written for numbers and vectors only. */
export function canCheckByInstructions({ action, type, expected }: InstructionCheck): boolean {
  const types = [...type.params, ...type.results]
  if (types.some((one) => typeof one !== 'string')) return false
  return types.includes('v128') || [...action.args, ...(expected ?? [])].some(needsInstructions)
}

/**
 * The text of a module that exports a function `check<n>` for each check; it returns 1 where the results are as
 * expected, else 0.
 */
export function writeChecks(checks: readonly InstructionCheck[]): string {
  const imports = checks.map(
    ({ action, type }, index) =>
      `(import "checked" ${action.nameText} (func $f${index} ${writeTypes('param', type.params)} ${writeTypes('result', type.results)}))`,
  )
  return `(module\n${imports.join('\n')}\n${checks.map(writeCheck).join('\n')})`
}

function writeTypes(field: string, types: readonly ValueType[]): string {
  return types.length === 0 ? '' : `(${field} ${types.map(formatValueType).join(' ')})`
}

function writeCheck({ action, type, expected }: InstructionCheck, index: number): string {
  const locals = type.results.map((result, at) => `(local $r${at} ${formatValueType(result)})`)
  const args = action.args.map((node) => `(${spellWhole(node)})`).join(' ')
  const stores = type.results.map((_, at) => `(local.set $r${type.results.length - 1 - at})`)
  const conditions = (expected ?? []).map((node, at) => writeCondition(node, `(local.get $r${at})`))
  const all = conditions.reduce((left, right) => `(i32.and ${left} ${right})`, '(i32.const 1)')
  return `(func (export "check${index}") (result i32) ${locals.join(' ')} ${args} (call $f${index}) ${stores.join(' ')} ${all})`
}

function spellWhole(node: ScriptNode): string {
  const { head, texts } = spellValue(node)
  return [head, ...texts].join(' ')
}

const NAN_MASKS = {
  32: { 'nan:canonical': '0x7fffffff', 'nan:arithmetic': '0x7fc00000', other: '0xffffffff' },
  64: {
    'nan:canonical': '0x7fffffffffffffff',
    'nan:arithmetic': '0x7ff8000000000000',
    other: '0xffffffffffffffff',
  },
}

/** The bits that count, and a literal that has them; `nan` is the canonical one. */
function maskOf(text: string, bits: 32 | 64): { mask: string; literal: string } {
  const masks = NAN_MASKS[bits]
  const isPattern = text === 'nan:canonical' || text === 'nan:arithmetic'
  return { mask: isPattern ? masks[text] : masks.other, literal: isPattern ? 'nan' : text }
}

/** An expression that is 1 where `actual` is what `node` expects. */
function writeCondition(node: ScriptNode, actual: string): string {
  const { head, texts } = spellValue(node)
  if (head === 'either' && node.kind === 'list') {
    const alternatives = node.items.slice(1).map((one) => writeCondition(one, actual))
    return alternatives.reduce((left, right) => `(i32.or ${left} ${right})`)
  }
  if (head === 'v128.const') {
    const [shape = '', ...lanes] = texts
    const isFloat = shape.startsWith('f')
    const bits = shape === 'f64x2' ? 64 : 32
    const masks = isFloat ? lanes.map((lane) => maskOf(lane, bits)) : []
    const mask = isFloat
      ? `(v128.const ${shape.replace('f', 'i')} ${masks.map((one) => one.mask).join(' ')})`
      : '(v128.const i64x2 -1 -1)'
    const literals = isFloat ? masks.map((one) => one.literal) : lanes
    const expected = `(v128.const ${shape} ${literals.join(' ')})`
    return `(i32.eqz (v128.any_true (v128.and (v128.xor ${actual} ${expected}) ${mask})))`
  }
  if (head === 'f32.const' || head === 'f64.const') {
    const bits = head === 'f32.const' ? 32 : 64
    const { mask, literal } = maskOf(texts[0]!, bits)
    const bitsOf = (value: string): string => `(i${bits}.reinterpret_f${bits} ${value})`
    const difference = `(i${bits}.xor ${bitsOf(actual)} ${bitsOf(`(${head} ${literal})`)})`
    return `(i${bits}.eqz (i${bits}.and ${difference} (i${bits}.const ${mask})))`
  }
  return `(${head.replace('const', 'eq')} ${actual} (${spellWhole(node)}))`
}
