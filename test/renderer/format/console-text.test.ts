import { describe, expect, test } from 'vitest'
import { toPlainText, toTerminalText } from '../../../renderer/format/console-text.ts'

const ESC = '\u001b'
const write = (text: string, base = '') => toTerminalText(text, base, '    ')

describe('colours', () => {
  test('of the first sixteen, and weights, get through', () => {
    for (const style of ['0', '1', '3;4', '31', '97', '42', '107', '22;39;49', '1;31']) {
      expect(write(`${ESC}[${style}mx`)).toBe(`${ESC}[${style}mx`)
    }
    expect(write(`${ESC}[mx`)).toBe(`${ESC}[0mx`)
  })

  test('that the window keeps for itself do not', () => {
    expect(write(`${ESC}[38;5;16mx`)).toBe('x')
    expect(write(`${ESC}[48;2;1;2;3mx`)).toBe('x')
    expect(write(`${ESC}[38;2;1;2;3;31mx`)).toBe(`${ESC}[31mx`)
  })

  test('end in the colour of the line', () => {
    expect(write(`${ESC}[31ma${ESC}[0mb`, '38;5;17')).toBe(`${ESC}[31ma${ESC}[0;38;5;17mb`)
    expect(write(`${ESC}[31ma${ESC}[39mb`, '38;5;17')).toBe(`${ESC}[31ma${ESC}[38;5;17mb`)
  })

  test('that hide, blink or turn text around are left out', () => {
    expect(write(`${ESC}[8mx${ESC}[5my${ESC}[7mz${ESC}[2m`)).toBe('xyz')
  })
})

describe('a hostile text cannot', () => {
  test.each([
    ['clear the screen', `${ESC}[2J${ESC}[H`, '\\x1b[2J\\x1b[H'],
    ['set the title', `${ESC}]0;title\u0007`, '\\x1b]0;title\\x07'],
    ['write links', `${ESC}]8;;http://x${ESC}\\x`, '\\x1b]8;;http://x\\x1b\\x'],
    ['ask for an answer', `${ESC}[6n${ESC}[c`, '\\x1b[6n\\x1b[c'],
    ['reset the terminal', `${ESC}c`, '\\x1bc'],
    ['use eight-bit controls', '\u009b2J\u009d0;t\u009c', '\\x9b2J\\x9d0;t\\x9c'],
    ['go back in its line', 'abc\rxyz\b\b', 'abc\\rxyz\\x08\\x08'],
    ['ring, shift or stop', '\u0007\u000e\u0000', '\\x07\\x0e\\x00'],
    ['turn text around', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    ['hide text', 'a\u200bb\ufeffc\u00ad', 'a\\u200bb\\ufeffc\\xad'],
    ['nest a sequence in another', `${ESC}${ESC}[31m[2J`, `\\x1b${ESC}[31m[2J`],
    ['use colons for colours', `${ESC}[38:2:1:2:3mx`, '\\x1b[38:2:1:2:3mx'],
  ])('%s', (_what, text, written) => {
    expect(write(text)).toBe(written)
  })

  test('write anything that a terminal obeys, however it is put together', () => {
    const pieces = [ESC, '[', ']', '2J', '31m', '?25h', ';', '\u009b', 'm', '\r', '\n', '\u0007', 'P', '\\']
    for (let seed = 1, count = 0; count < 5000; count += 1) {
      let text = ''
      for (let length = 0; length < 12; length += 1) {
        seed = (seed * 48271) % 2147483647
        text += pieces[seed % pieces.length]
      }
      // oxlint-disable-next-line no-control-regex -- what may be left is exactly this
      const rest = write(text).replace(/\u001b\[\d+(?:;\d+)*m|\r\n {4}/g, '')
      // oxlint-disable-next-line no-control-regex -- and nothing of this
      expect(rest).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    }
  })

  test('begin a line of its own: every further line is indented', () => {
    expect(write('a\nb\r\nc')).toBe('a\r\n    b\r\n    c')
  })

  test('be longer than anyone reads', () => {
    expect(write('x'.repeat(1_000_000))).toBe(`${'x'.repeat(10_000)}… 990000 more`)
  })
})

test('text of every script stays', () => {
  const text = 'é 日本語 👩‍💻 می‌خواهم\tב'
  expect(write(text)).toBe(text)
})

test('plain text has no colours, and nothing invisible', () => {
  expect(toPlainText(`${ESC}[31mred${ESC}[0m\n${ESC}[2J`)).toBe('red\n\\x1b[2J')
})
