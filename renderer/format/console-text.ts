/**
 * Text from guests and host modules on its way into a terminal. Of all that a terminal can be told, only plain
 * colours and weights get through: nothing that moves, clears, links, renames or answers.
 */
import { elideText, escapeCharacter } from './text.ts'

/** What the window itself writes in; a guest cannot, since it gets no further than the first 16 colours. */
export const CONSOLE_COLORS = { time: 16, error: 17, warn: 18, session: 19, debug: 20, notice: 21 } as const

const TEXT_LIMIT = 10_000

// A colour sequence, or something that cannot be seen. Joiners stay: emoji and many scripts need them.
// oxlint-disable-next-line no-control-regex -- a terminal's control sequences are the matter at hand
const SEQUENCE_OR_INVISIBLE = /\x1b\[([\d;]*)m|(?!\u200c|\u200d|\t)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/**
 * Makes a text safe to write to a terminal. Lines after the first begin with `indent`; what cannot be seen is
 * written out (`\x1b`); a reset goes back to `base` (SGR parameters, such as `38;5;17`), not to the default.
 */
export function toTerminalText(text: string, base: string, indent: string): string {
  return elideText(text.replaceAll('\r\n', '\n'), TEXT_LIMIT).replace(
    SEQUENCE_OR_INVISIBLE,
    (match: string, parameters: string | undefined) => {
      if (parameters !== undefined) return writeStyles(parameters, base)
      return match === '\n' ? `\r\n${indent}` : escapeCharacter(match)
    },
  )
}

/** The same for people who hear it: without colours. */
export function toPlainText(text: string): string {
  return elideText(text.replaceAll('\r\n', '\n'), TEXT_LIMIT).replace(
    SEQUENCE_OR_INVISIBLE,
    (match: string, parameters: string | undefined) => {
      if (parameters !== undefined) return ''
      return match === '\n' ? match : escapeCharacter(match)
    },
  )
}

function writeStyles(parameters: string, base: string): string {
  const kept = selectStyles(parameters.split(';').map(Number)).map((code) => {
    if (code === 0) return base === '' ? '0' : `0;${base}`
    return code === 39 && base !== '' ? base : String(code)
  })
  return kept.length === 0 ? '' : `\x1b[${kept.join(';')}m`
}

function selectStyles(codes: readonly number[]): number[] {
  const kept: number[] = []
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0
    // Colours beyond the first 16 come as 5;n or 2;r;g;b behind this code.
    if (code === 38 || code === 48) index += codes[index + 1] === 5 ? 2 : 4
    else if (isPlainStyle(code)) kept.push(code)
  }
  return kept
}

/** Reset, bold, italic, underlined, their ends, and the 16 colours for text and ground (ECMA-48, 8.3.117). */
function isPlainStyle(code: number): boolean {
  if ([0, 1, 3, 4, 22, 23, 24, 39, 49].includes(code)) return true
  return (code >= 30 && code <= 37) || (code >= 40 && code <= 47) || (code >= 90 && code <= 107)
}
