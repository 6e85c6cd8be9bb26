import type { Result } from './result.ts'

/** Why text is not a module. Lines and columns count from 1; a column counts characters, not bytes. */
export interface ParseWatError {
  /** Names the place, as compilers do: `sum.wat:3:5: unknown operator or unexpected token`. */
  message: string
  line: number
  column: number
}

/** What wasm-tools says in the debug notation of its language: a byte offset, and a message or a token error. */
const offsetPattern = /span: Span \{ offset: (\d+) \}/
const messagePattern = /kind: Custom\(("(?:[^"\\]|\\.)*")\)/s
const tokenErrorPattern = /kind: Lex\((.*)\) \} \}\) \}$/s

/** Reads a string in that notation, whose escapes are those of JSON and `\u{…}`, `\0` and `\'`. */
function readDebugString(text: string): string {
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '0': '\0' }
  return text
    .slice(1, -1)
    .replaceAll(/\\(?:u\{([0-9a-f]+)\}|(.))/gs, (_, codePoint?: string, simple = '') =>
      codePoint === undefined ? (escapes[simple] ?? simple) : String.fromCodePoint(parseInt(codePoint, 16)),
    )
}

/** Turns `InvalidStringEscape('z')` into `invalid string escape 'z'`. */
function spellTokenError(text: string): string {
  const name = /^\w+/.exec(text)?.[0] ?? ''
  const words = name
    .replaceAll(/(?<=.)[A-Z]/g, ' $&')
    .toLowerCase()
    .replace(/eof$/, 'end of file')
  const detail = text.slice(name.length).replace(/^\((.*)\)$/s, '$1')
  return `${words} ${detail}`.trim()
}

function describe(report: string): string {
  const message = messagePattern.exec(report)?.[1]
  if (message !== undefined) return readDebugString(message)
  const tokenError = tokenErrorPattern.exec(report)?.[1]
  return tokenError === undefined ? report : spellTokenError(tokenError)
}

/** The line and column of a byte offset in the UTF-8 form of `text`. */
function locate(text: string, offsetBytes: number): { line: number; column: number } {
  const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, offsetBytes))
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.slice(0, lineStart).split('\n').length
  return { line, column: Array.from(before.slice(lineStart)).length + 1 }
}

function reportOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'payload' in error) return String(error.payload)
  return error instanceof Error ? error.message : String(error)
}

/**
 * Turns a module in the text format into the binary format, names included. All of WebAssembly 3.0 is
 * understood. The module is encoded, not validated: that is the engine's part. `fileName` is for messages.
 */
export async function parseWat(text: string, fileName: string): Promise<Result<Uint8Array, ParseWatError>> {
  // Loading the parser takes tens of milliseconds, which only those pay who use the text format.
  const { parse } = await import('@bytecodealliance/jco-transpile/wasm-tools')
  const source = text.startsWith('\ufeff') ? text.slice(1) : text
  try {
    return { ok: true, value: await parse(source) }
  } catch (error) {
    const report = reportOf(error)
    const place = locate(source, Number(offsetPattern.exec(report)?.[1] ?? 0))
    const message = `${fileName}:${place.line}:${place.column}: ${describe(report)}`
    return { ok: false, error: { message, ...place } }
  }
}
