/** Prints the comparison of a suite. */
import type { Finding, SuiteComparison, Tally } from './compare-suite.ts'

const COLUMNS = ['folder', 'scripts', 'commands', 'both pass', 'both fail', 'differ'] as const

/** The comparison as text, for people. */
export function writeReport(comparison: SuiteComparison): string {
  const { tallies, differences, failures, unreadable, otherTrapNames, narrowerTrapNames, calls } = comparison
  const rows = Array.from(tallies, ([folder, tally]) => cellsOf(folder, tally))
  const sums = COLUMNS.slice(1).map((_, index) =>
    rows.reduce((sum, row) => sum + Number(row[index + 1] ?? 0), 0),
  )
  const lines = [
    `Node ${process.versions.node}, V8 ${process.versions.v8}`,
    '',
    ...writeTable([[...COLUMNS], ...rows, ['all', ...sums.map(String)]]),
    '',
    `valid modules: ${comparison.validModules}, with a start function: ${comparison.startModules}`,
    `not readable, or not valid with the start function lifted out or with slice points: ${unreadable.length}`,
    ...unreadable.map(({ place, reason }) => `  ${place}: ${reason}`),
    `calls in the host's trace: ${calls.begun} begun, ${calls.ended} ended; stopped between slices: ${calls.stops} times`,
    `trap names as the suite's: ${comparison.sameTrapNames}, others: ${sumOf(otherTrapNames)}`,
    ...[...otherTrapNames].map(([pair, count]) => `  ${count} × ${pair}`),
    `trap names narrower than V8's: ${sumOf(narrowerTrapNames)}`,
    ...[...narrowerTrapNames].map(([pair, count]) => `  ${count} × ${pair}`),
    '',
    `verdicts that differ: ${differences.length}`,
    ...differences.map((finding) => `  ${writeFinding(finding)} | host: ${cut(finding.host)}`),
    '',
    `assertions that V8 alone fails: ${failures.length}`,
    ...failures.map((finding) => `  ${writeFinding(finding)}`),
  ]
  return lines.join('\n')
}

function cellsOf(folder: string, tally: Tally): string[] {
  const { scripts, commands, passedByBoth, failedByBoth, differ } = tally
  return [folder, ...[scripts, commands, passedByBoth, failedByBoth, differ].map(String)]
}

function sumOf(counts: Map<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}

function writeTable(rows: string[][]): string[] {
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  '),
  )
}

function writeFinding({ place, kind, bare }: Finding): string {
  return `${place} ${kind} | V8: ${cut(bare)}`
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 160 ? `${line.slice(0, 159)}…` : line
}
