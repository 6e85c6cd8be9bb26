/** A query is one statement: SQLite would leave out whatever stands behind it. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError } from '../contract/result.ts'

/** Characters that are shown of what stands there. */
const SHOWN_LENGTH = 40
/** What is no statement, in SQLite's reading: white space, semicolons, and comments, of which the last may be open. */
const NOTHING = /^(?:[ \t\n\f\r;]|--[^\n]*|\/\*.*?(?:\*\/|$))*/s

/**
 * Null where a query is one statement. `first` is the beginning of it that SQLite has taken for that. Else
 * SQL_SEVERAL_STATEMENTS, with the place of what follows.
 */
export function checkSingleStatement(sql: string, first: string): InspectorError | null {
  const behind = sql.slice(first.length)
  const rest = behind.slice(NOTHING.exec(behind)![0].length)
  if (rest === '') return null
  const lines = sql.slice(0, sql.length - rest.length).split('\n')
  const place = `line ${lines.length}, character ${lines.at(-1)!.length + 1}`
  const shown = rest.length > SHOWN_LENGTH ? `${rest.slice(0, SHOWN_LENGTH)}…` : rest
  const why = `Behind the first one stands, at ${place}: “${shown.replaceAll(/\p{Cc}/gu, '\u{fffd}')}”.`
  return makeError('SQL_SEVERAL_STATEMENTS', { why })
}
