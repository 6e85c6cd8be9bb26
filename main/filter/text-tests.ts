/**
 * Comparing texts. There are no regular expressions: those of JavaScript can take for ever on one short text. What
 * there is takes time in proportion to the lengths of text and pattern multiplied, at worst.
 */
import type { TextPattern } from './model.ts'

/** A pattern, ready to be compared. */
export interface TextTest {
  matches(text: string): boolean
  /** Whether a text that matches can be among those of a JSON text; there is no need to read the others. */
  mayBeIn(json: string): boolean
}

/** Makes large and small letters the same. */
function foldCase(text: string): string {
  // A sigma is written in another way at the end of a word, which is not where a pattern ends.
  return text.toLowerCase().replaceAll('ς', 'σ')
}

/** Prepares a pattern. */
export function testText({ how, text }: TextPattern): TextTest {
  if (how === 'contains') {
    const needle = foldCase(text)
    const written = foldCase(JSON.stringify(text).slice(1, -1))
    return {
      matches: (candidate) => foldCase(candidate).includes(needle),
      mayBeIn: (json) => foldCase(json).includes(written),
    }
  }
  const fixed = how === 'equals' ? text : longestOf(text.split(/[*?]+/))
  const written = JSON.stringify(fixed).slice(1, -1)
  return {
    matches:
      how === 'equals' ? (candidate) => candidate === text : (candidate) => matchesGlob(candidate, text),
    mayBeIn: (json) => json.includes(written),
  }
}

function longestOf(texts: readonly string[]): string {
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '')
}

/** Whether the whole text is as the pattern says: `*` stands for any characters, `?` for one. */
export function matchesGlob(text: string, pattern: string): boolean {
  let at = 0
  let patternAt = 0
  /** Where to go on when what follows the last star does not fit. */
  let starAt = -1
  let retryAt = 0
  while (at < text.length) {
    const expected = pattern[patternAt]
    if (expected === '*') {
      starAt = patternAt++
      retryAt = at
    } else if (expected === '?' || expected === text[at]) {
      patternAt++
      at++
    } else if (starAt >= 0) {
      patternAt = starAt + 1
      at = ++retryAt
    } else {
      return false
    }
  }
  while (pattern[patternAt] === '*') patternAt++
  return patternAt === pattern.length
}
