/** Console lines as they are written to the terminal. */
import type { ConsoleLevel, ConsoleLine } from '../../../main/contract/traces.ts'
import { CONSOLE_COLORS, toPlainText, toTerminalText } from '../../format/console-text.ts'
import { formatQuantity } from '../../format/numbers.ts'
import { formatTimeOfDay } from '../../format/times.ts'

interface LineStyle {
  /** Tells the kind without colour, in front of the text. */
  mark: string
  /** SGR parameters; empty for the default. */
  style: string
}

const LEVEL_STYLES: Record<ConsoleLevel, LineStyle> = {
  log: { mark: ' ', style: '' },
  info: { mark: ' ', style: '' },
  debug: { mark: ' ', style: `38;5;${CONSOLE_COLORS.debug}` },
  warn: { mark: '!', style: `38;5;${CONSOLE_COLORS.warn}` },
  error: { mark: '×', style: `38;5;${CONSOLE_COLORS.error}` },
}
const SESSION_STYLE: LineStyle = { mark: '›', style: `3;38;5;${CONSOLE_COLORS.session}` }

/** As wide as a time of day and a mark. */
const INDENT = ' '.repeat(16)

/**
 * One line for the terminal, without a line end: time, mark, text. Errors and warnings keep their colour when
 * the session itself prints them.
 */
export function writeConsoleLine(line: ConsoleLine, startedAtMs: number): string {
  const level = LEVEL_STYLES[line.level]
  const { mark, style } = line.source === 'session' && level.mark === ' ' ? SESSION_STYLE : level
  const time = `\x1b[0;38;5;${CONSOLE_COLORS.time}m${formatTimeOfDay(startedAtMs, line.timeNs)}`
  return `${time} \x1b[0;${style}m${mark}  ${toTerminalText(line.text, style, INDENT)}\x1b[0m`
}

/** Stands where lines were left out. */
export function writeSkipNotice(lineCount: number): string {
  const text = `${formatQuantity(lineCount, 'line')} not shown here: they came faster than they can be read`
  return `\x1b[0;3;38;5;${CONSOLE_COLORS.notice}m${' '.repeat(13)}…  ${text}\x1b[0m`
}

/** One line for people who hear it. */
export function describeConsoleLine(line: ConsoleLine): string {
  const kind = line.level === 'error' || line.level === 'warn' ? `${line.level}: ` : ''
  return `${kind}${toPlainText(line.text)}`
}
