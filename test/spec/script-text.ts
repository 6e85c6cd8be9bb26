/** Reads the s-expressions of a test script (`.wast`). */

/** A string keeps its quotes and escapes in `text`; a list has its items. Offsets are in characters. */
export type ScriptNode =
  | { kind: 'atom' | 'string'; text: string; start: number; end: number }
  | { kind: 'list'; items: ScriptNode[]; start: number; end: number }

const token = /\s+|;;[^\n\r]*|\(;|\(|\)|"(?:[^"\\]|\\.)*"|[^\s()";]+|;/gy

/** Reads all s-expressions of `text` but annotations. Throws where parentheses do not match. */
export function readNodes(text: string): ScriptNode[] {
  const top: ScriptNode[] = []
  const open: { items: ScriptNode[]; start: number }[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const start = token.lastIndex
    const found = token.exec(text)?.[0]
    if (found === undefined) throw new Error(`no token at offset ${start}`)
    if (found === '(;') {
      token.lastIndex = skipBlockComment(text, start)
      continue
    }
    if (/^(\s|;)/.test(found)) continue
    const items = open.at(-1)?.items ?? top
    if (found === '(') open.push({ items: [], start })
    else if (found === ')') {
      const closed = open.pop()
      if (!closed) throw new Error(`a parenthesis too many at offset ${start}`)
      const isAnnotation = closed.items[0]?.kind === 'atom' && closed.items[0].text.startsWith('@')
      const list: ScriptNode = { kind: 'list', ...closed, end: token.lastIndex }
      if (!isAnnotation) (open.at(-1)?.items ?? top).push(list)
    } else {
      items.push({
        kind: found.startsWith('"') ? 'string' : 'atom',
        text: found,
        start,
        end: token.lastIndex,
      })
    }
  }
  if (open.length > 0) throw new Error('a parenthesis is not closed')
  return top
}

/** Block comments nest. Returns the offset behind the one at `start`. */
function skipBlockComment(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const two = text.slice(at, at + 2)
    if (two === '(;') depth++
    else if (two === ';)') depth--
    else continue
    at++
    if (depth === 0) return at + 1
  }
  throw new Error('a comment is not closed')
}

/** The bytes of a string (specification 3.0, "Text Format", "Strings"). */
export function stringBytes(node: ScriptNode): Uint8Array {
  if (node.kind !== 'string') throw new Error(`a string is expected at offset ${node.start}`)
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' }
  const parts: Buffer[] = []
  for (const [part] of node.text.slice(1, -1).matchAll(/\\u\{[\da-fA-F_]+\}|\\[\da-fA-F]{2}|\\.|[^\\]+/gs)) {
    if (!part.startsWith('\\')) parts.push(Buffer.from(part))
    else if (part.startsWith('\\u')) {
      parts.push(Buffer.from(String.fromCodePoint(parseInt(part.slice(3, -1).replaceAll('_', ''), 16))))
    } else if (part.length === 3) parts.push(Buffer.from(part.slice(1), 'hex'))
    else parts.push(Buffer.from(escapes[part.slice(1)] ?? part.slice(1)))
  }
  return Buffer.concat(parts)
}

/** A string as text. */
export function stringText(node: ScriptNode): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(stringBytes(node))
}
