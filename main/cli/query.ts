/** Asks a session file with SQL, and prints what it answers. */
import type { QueryRows } from '../contract/service.ts'
import type { Command } from './command-line.ts'
import type { QueryFormat } from './options.ts'
import { printError, printNotice, printResult, STATUS } from './output.ts'
import type { ProgramPaths } from './paths.ts'
import { Progress } from './progress.ts'
import { withSessionFile } from './session-file.ts'

/** Prints the rows that a query finds, and answers with the exit status. */
export function printQuery(
  { file, sql, format, rowLimit, timeoutMs }: Extract<Command, { verb: 'query' }>,
  paths: ProgramPaths,
): Promise<number> {
  return withSessionFile(file, paths, async (inspector, { sessionId }) => {
    const limit = timeoutMs === undefined ? {} : { timeoutMs }
    const progress = new Progress('Reading')
    const stop = inspector.subscribe({
      queryAdvanced: ({ readyCount, callCount }) => progress.report(readyCount, callCount),
    })
    const answered = await inspector.service.queryTrace({ sessionId, sql, rowLimit, ...limit })
    stop()
    progress.end()
    if (!answered.ok) {
      printError(answered.error)
      return STATUS.unusable
    }
    for (const line of FORMATS[format](answered.value)) printResult(line)
    if (answered.value.isCut) {
      printNotice(`These are the first ${answered.value.rows.length} rows; there are more (--rows).`)
    }
    return STATUS.ok
  })
}

type Cell = QueryRows['rows'][number][number]

const FORMATS: Record<QueryFormat, (answer: QueryRows) => string[]> = {
  table: formatAsTable,
  json: ({ columns, rows }) => [
    JSON.stringify(
      rows.map((row) => Object.fromEntries(row.map((cell, index) => [columns[index]!, cell]))),
      null,
      2,
    ),
  ],
  csv: ({ columns, rows }) =>
    [columns, ...rows].map((row) => row.map((cell) => quote(cell === null ? '' : String(cell))).join(',')),
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Numbers stand to the right, what there is not is left empty. */
function formatAsTable({ columns, rows }: QueryRows): string[] {
  const shown = rows.map((row) => row.map(show))
  const widths = columns.map((name, column) =>
    shown.reduce((widest, row) => Math.max(widest, row[column]!.length), name.length),
  )
  const isNumeric = columns.map((_, column) => rows.every((row) => typeof row[column] !== 'string'))
  const formatRow = (texts: readonly string[]) =>
    texts
      .map((text, column) =>
        isNumeric[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd()
  return [formatRow(columns), ...shown.map(formatRow)]
}

/** What a guest or host has written does not get to command a terminal. */
function show(cell: Cell): string {
  return cell === null ? '' : String(cell).replaceAll(/\p{Cc}/gu, '\u{fffd}')
}
