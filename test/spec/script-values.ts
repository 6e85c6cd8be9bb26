/** Values of test scripts, as the JavaScript interface represents them. */
import { parseArguments } from '../../main/wasm/value-text.ts'
import type { NumberType } from '../../main/wasm/types.ts'
import type { ScriptNode } from './script-text.ts'

const hostReferences = new Map<string, object>()

/** The object that stands for `(ref.extern n)` and `(ref.host n)`. */
function hostReference(number: string): object {
  let object = hostReferences.get(number)
  if (!object) hostReferences.set(number, (object = Object.freeze({ hostReference: number })))
  return object
}

/** The head and the atoms of `(i32.const 5)`. */
export function spellValue(node: ScriptNode): { head: string; texts: string[] } {
  if (node.kind !== 'list') throw new Error(`a value is expected at offset ${node.start}`)
  const [head = '', ...texts] = node.items.map((item) => (item.kind === 'list' ? '' : item.text))
  return { head, texts }
}

/** Whether only an instruction can tell this value from others: vectors, and the bits of a NaN. */
export function needsInstructions(node: ScriptNode): boolean {
  const { head, texts } = spellValue(node)
  if (head === 'either') return (node as { items: ScriptNode[] }).items.slice(1).some(needsInstructions)
  return head === 'v128.const' || texts.some((text) => text.includes('nan'))
}

/** The value of an argument. */
export function readArgument(node: ScriptNode): unknown {
  const { head, texts } = spellValue(node)
  const number = /^([if](?:32|64))\.const$/.exec(head)?.[1]
  if (number !== undefined) {
    const parsed = parseArguments([texts[0]!], [number as NumberType])
    if (!parsed.ok) throw new Error(parsed.error.message)
    return parsed.value[0]
  }
  if (head === 'ref.null') return null
  if (head === 'ref.extern' || head === 'ref.host') return hostReference(texts[0]!)
  throw new Error(`no value is known for ${head}`)
}

/** Whether a result is what the script expects. */
export function matchesValue(actual: unknown, node: ScriptNode): boolean {
  const { head, texts } = spellValue(node)
  if (head === 'either') {
    return (node as { items: ScriptNode[] }).items.slice(1).some((one) => matchesValue(actual, one))
  }
  const isOpaque = typeof actual === 'object' && actual !== null
  switch (head) {
    case 'ref.null':
      return actual === null
    case 'ref.extern':
    case 'ref.host':
      return texts.length > 0 ? actual === hostReference(texts[0]!) : actual !== null
    case 'ref.func':
      return typeof actual === 'function'
    case 'ref.i31':
      return typeof actual === 'number'
    case 'ref.eq':
    case 'ref.any':
      return isOpaque || typeof actual === 'number'
    case 'ref.struct':
    case 'ref.array':
      return isOpaque
    default:
      return Object.is(actual, readArgument(node))
  }
}
