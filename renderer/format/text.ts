/** Text that comes from guests and host modules, made safe to look at. */

// Controls, halves of characters, line separators, and what joins, hides or turns around other text.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** One character that cannot be seen, as an escape that can: `\n`, `\x1b`, `\u202e`. */
export function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\r') return '\\r'
  if (character === '\t') return '\\t'
  const digits = (character.codePointAt(0) ?? 0).toString(16)
  if (digits.length <= 2) return `\\x${digits.padStart(2, '0')}`
  return digits.length <= 4 ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`
}

/**
 * Shows what would be invisible: a name or a preview that a guest chose can then neither break a line, nor
 * reverse the text around it, nor look like another name.
 */
export function escapeInvisible(text: string): string {
  return text.replace(INVISIBLE, escapeCharacter)
}

/** The first `limit` characters, and how many more there are: `abc… 97 more`. Never cuts a surrogate pair. */
export function elideText(text: string, limit: number): string {
  if (text.length <= limit) return text
  const lastKept = text.charCodeAt(limit - 1)
  const end = lastKept >= 0xd800 && lastKept <= 0xdbff ? limit - 1 : limit
  return `${text.slice(0, end)}… ${text.length - end} more`
}
