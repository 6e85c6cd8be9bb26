import { expect, test } from 'vitest'
import type { ConsoleLine } from '../../../main/contract/traces.ts'
import {
  describeConsoleLine,
  writeConsoleLine,
  writeSkipNotice,
} from '../../../renderer/components/console/console-lines.ts'

const startedAtMs = new Date(2026, 0, 5, 18, 2, 11, 604).getTime()
const line = (rest: Partial<ConsoleLine>): ConsoleLine => ({
  index: 0,
  timeNs: 7_000_000,
  level: 'log',
  source: 'host',
  text: 'text',
  ...rest,
})

/** What is seen of a line without its colours. */
function look(text: string): string {
  // oxlint-disable-next-line no-control-regex -- colours are control sequences
  return text.replace(/\u001b\[[\d;]*m/g, '')
}

test('a line has its time of day and its text', () => {
  expect(look(writeConsoleLine(line({}), startedAtMs))).toBe('18:02:11.611    text')
})

test('its kind is told without colour too', () => {
  expect(look(writeConsoleLine(line({ level: 'error' }), startedAtMs))).toBe('18:02:11.611 ×  text')
  expect(look(writeConsoleLine(line({ level: 'warn' }), startedAtMs))).toBe('18:02:11.611 !  text')
  expect(look(writeConsoleLine(line({ source: 'session' }), startedAtMs))).toBe('18:02:11.611 ›  text')
  expect(look(writeConsoleLine(line({ source: 'session', level: 'error' }), startedAtMs))).toContain('×')
})

test('lines below the first of a text stand under it, clear of the times', () => {
  expect(look(writeConsoleLine(line({ text: 'a\n18:02:11.999    b' }), startedAtMs))).toBe(
    `18:02:11.611    a\r\n${' '.repeat(16)}18:02:11.999    b`,
  )
})

test('a colour that a text leaves on ends with its line', () => {
  expect(writeConsoleLine(line({ text: '\u001b[31mred' }), startedAtMs)).toSatisfy((text: string) =>
    text.endsWith('red\u001b[0m'),
  )
})

test('lines that are left out are counted', () => {
  expect(look(writeSkipNotice(1))).toContain('1 line not shown here')
  expect(look(writeSkipNotice(14_000))).toContain('14,000 lines not shown here')
})

test('people who hear it are told of errors and warnings', () => {
  expect(describeConsoleLine(line({ level: 'error', text: '\u001b[31mno\u001b[0m' }))).toBe('error: no')
  expect(describeConsoleLine(line({ level: 'info' }))).toBe('text')
})
