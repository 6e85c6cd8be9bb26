/** Reads the commands of a test script, as the specification's reference interpreter defines them. */
import { readNodes, stringBytes, stringText } from './script-text.ts'
import type { ScriptNode } from './script-text.ts'

/** A module as the script has it: text, or the bytes of its binary format. */
export interface ModuleSource {
  text: string | null
  bytes: Uint8Array | null
}

/** Something to do with an instance; `instance` null is the latest. */
export interface Action {
  kind: 'invoke' | 'get'
  instance: string | null
  /** The name of the export, and how the script spells it. */
  name: string
  nameText: string
  args: ScriptNode[]
}

export type Command = { line: number } & (
  | { kind: 'module' | 'definition'; name: string | null; source: ModuleSource }
  | { kind: 'instance'; name: string | null; definition: string | null }
  | { kind: 'register'; as: string; instance: string | null }
  | { kind: 'action'; action: Action }
  | { kind: 'assert_return'; action: Action; expected: ScriptNode[] }
  | { kind: 'assert_trap' | 'assert_exhaustion' | 'assert_exception'; action: Action; message: string }
  | {
      kind: 'assert_invalid' | 'assert_malformed' | 'assert_unlinkable' | 'assert_uninstantiable'
      source: ModuleSource
      message: string
    }
)

type Without<Type> = Type extends unknown ? Omit<Type, 'line'> : never

/** Reads the commands of a script. Throws where it is not one. */
export function readCommands(text: string): Command[] {
  const nodes = readNodes(text)
  const heads = new Set(['module', 'register', 'invoke', 'get'])
  const isCommand = (node: ScriptNode): boolean =>
    heads.has(headOf(node)) || headOf(node).startsWith('assert_')
  // A script may be the fields of one module.
  if (nodes.length > 0 && !nodes.some(isCommand)) {
    return [{ line: 1, kind: 'module', name: null, source: { text: `(module ${text}\n)`, bytes: null } }]
  }
  let line = 1
  let counted = 0
  const commands: Command[] = []
  for (const node of nodes) {
    line += text.slice(counted, node.start).split('\n').length - 1
    counted = node.start
    commands.push({ line, ...readCommand(node, text) } as Command)
  }
  return commands
}

function headOf(node: ScriptNode | undefined): string {
  const first = node?.kind === 'list' ? node.items[0] : undefined
  return first?.kind === 'atom' ? first.text : ''
}

function listItems(node: ScriptNode): ScriptNode[] {
  if (node.kind !== 'list') throw new Error(`a list is expected at offset ${node.start}`)
  return node.items
}

/** Takes a `$name` off the front. */
function takeName(items: ScriptNode[]): string | null {
  const [first] = items
  if (first?.kind !== 'atom' || !first.text.startsWith('$')) return null
  items.shift()
  return first.text
}

function readCommand(node: ScriptNode, text: string): Without<Command> {
  const head = headOf(node)
  const items = listItems(node).slice(1)
  const [first, ...rest] = items
  switch (head) {
    case 'module':
      return readModuleCommand(node, text)
    case 'register': {
      const as = stringText(items.shift()!)
      return { kind: 'register', as, instance: takeName(items) }
    }
    case 'invoke':
    case 'get':
      return { kind: 'action', action: readAction(node) }
    case 'assert_return':
      return { kind: head, action: readAction(first!), expected: rest }
    case 'assert_trap':
      if (headOf(first) === 'module') {
        const source = readSource(first!, text)
        return { kind: 'assert_uninstantiable', source, message: stringText(rest[0]!) }
      }
      return { kind: head, action: readAction(first!), message: stringText(rest[0]!) }
    case 'assert_exhaustion':
      return { kind: head, action: readAction(first!), message: stringText(rest[0]!) }
    case 'assert_exception':
      return { kind: head, action: readAction(first!), message: '' }
    case 'assert_invalid':
    case 'assert_malformed':
    case 'assert_unlinkable':
      return { kind: head, source: readSource(first!, text), message: stringText(rest[0]!) }
    default:
      throw new Error(`unknown command "${head}" at offset ${node.start}`)
  }
}

function readModuleCommand(node: ScriptNode, text: string): Without<Command> {
  const items = listItems(node).slice(1)
  const second = items[0]
  if (second?.kind === 'atom' && second.text === 'instance') {
    items.shift()
    const name = takeName(items)
    return { kind: 'instance', name, definition: takeName(items) }
  }
  const isDefinition = second?.kind === 'atom' && second.text === 'definition'
  if (isDefinition) items.shift()
  const name = takeName(items)
  return { kind: isDefinition ? 'definition' : 'module', name, source: readSource(node, text) }
}

function readSource(node: ScriptNode, text: string): ModuleSource {
  const items = listItems(node).slice(1)
  let bodyStart = listItems(node)[0]!.end
  if (items[0]?.kind === 'atom' && items[0].text === 'definition') bodyStart = items.shift()!.end
  takeName(items)
  const [form, ...strings] = items
  if (form?.kind === 'atom' && form.text === 'binary') {
    return { text: null, bytes: Buffer.concat(strings.map(stringBytes)) }
  }
  if (form?.kind === 'atom' && form.text === 'quote') {
    const bytes = Buffer.concat(strings.flatMap((string) => [stringBytes(string), Buffer.from(' ')]))
    // Malformed UTF-8 is malformed text; no JavaScript string can hold it.
    const isText = Buffer.from(bytes.toString()).equals(bytes)
    return { text: isText ? bytes.toString() : '(malformed UTF-8', bytes: null }
  }
  return { text: `(module ${escapeStrings(node, text, bodyStart)}`, bytes: null }
}

/**
 * The text from `start` to the end of `node`, with escapes for what is not ASCII in its strings: the text parser
 * refuses characters that look like others, which are meant here.
 */
function escapeStrings(node: ScriptNode, text: string, start: number): string {
  const parts: string[] = []
  let copied = start
  const visit = (one: ScriptNode): void => {
    if (one.kind === 'list') one.items.forEach(visit)
    else if (one.kind === 'string' && one.start >= start && /\P{ASCII}/u.test(one.text)) {
      parts.push(text.slice(copied, one.start))
      parts.push(one.text.replaceAll(/\P{ASCII}/gu, (each) => `\\u{${each.codePointAt(0)!.toString(16)}}`))
      copied = one.end
    }
  }
  visit(node)
  return parts.join('') + text.slice(copied, node.end)
}

function readAction(node: ScriptNode): Action {
  const kind = headOf(node)
  if (kind !== 'invoke' && kind !== 'get') throw new Error(`no action at offset ${node.start}`)
  const items = listItems(node).slice(1)
  const instance = takeName(items)
  const [name, ...args] = items
  return { kind, instance, name: stringText(name!), nameText: (name as { text: string }).text, args }
}
