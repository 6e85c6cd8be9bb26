import { expect, test } from 'vitest'
import { elideText, escapeInvisible } from '../../../renderer/format/text.ts'

test('what cannot be seen is shown', () => {
  expect(escapeInvisible('a\nb\r\t')).toBe('a\\nb\\r\\t')
  expect(escapeInvisible('\u001b[2J\u0000\u007f\u009b')).toBe('\\x1b[2J\\x00\\x7f\\x9b')
  expect(escapeInvisible('pay\u202efdp.exe')).toBe('pay\\u202efdp.exe')
  expect(escapeInvisible('a\u200bb\ufeff\u2066\u2028')).toBe('a\\u200bb\\ufeff\\u2066\\u2028')
  expect(escapeInvisible('a\u{e0041}\ud800')).toBe('a\\u{e0041}\\ud800')
})

test('what can be seen stays', () => {
  const text = 'wasi_snapshot_preview1.fd_write "é" 日本語 👩🏽 → “quoted”'
  expect(escapeInvisible(text)).toBe(text)
})

test('a long text says how much of it is missing', () => {
  expect(elideText('abc', 3)).toBe('abc')
  expect(elideText('abcdef', 3)).toBe('abc… 3 more')
})

test('eliding does not cut a character in two', () => {
  expect(elideText('ab👍cd', 3)).toBe('ab… 4 more')
  expect(elideText('ab👍cd', 4)).toBe('ab👍… 2 more')
})
