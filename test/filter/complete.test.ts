/** What is offered while a filter is typed. The cursor is where `|` stands. */
import { expect, test } from 'vitest'
import { completeFilter } from '../../main/filter/complete.ts'
import { parseFilter } from '../../main/filter/parse.ts'

const NAMES = {
  imports: [
    { module: 'env', name: 'log' },
    { module: 'env', name: 'odd name' },
    { module: 'wasi', name: 'fd_write' },
  ],
  exports: ['run', 'log_all'],
  errorCodes: ['HOST_THREW'],
}

function complete(marked: string): { text: string; offered: string[] } {
  const cursor = marked.indexOf('|')
  const text = marked.replace('|', '')
  const { from, to, items } = completeFilter(parseFilter(text).pieces, cursor, NAMES)
  return { text: text.slice(from, to), offered: items.map((item) => item.text) }
}

test.each([
  ['imp|', 'imp', ['import:']],
  ['sus|', 'sus', ['suspended>']],
  [
    'suspended|',
    'suspended',
    ['suspended>', 'suspended>=', 'suspended<', 'suspended<=', 'suspended=', 'suspended!='],
  ],
  ['suspended>|', '', ['1ms', '10ms', '1s']],
  ['suspended>5|', '5', ['5ns', '5us', '5ms', '5s']],
  ['suspended>5m|', '5m', ['5ms']],
  ['suspended>5ms|', '5ms', []],
  ['import:|', '', ['env.*', 'wasi.*', 'env.log', '"env.odd name"', 'wasi.fd_write']],
  ['import:lo|', 'lo', ['env.log']],
  ['import:"odd|', '"odd', ['"env.odd name"']],
  ['export:|', '', ['run', 'log_all']],
  ['outcome=t|', 't', ['trapped', 'threw']],
  ['error=|', '', ['HOST_THREW']],
  ['module=|', '', ['env', 'wasi']],
  ['name=LOG|', 'LOG', ['log', 'log_all']],
  ['log|', 'log', ['import:env.log', 'export:log_all']],
  ['arg|', 'arg', ['arg=', 'arg!=', 'arg>', 'arg>=', 'arg<', 'arg<=', 'arg~']],
  ['total>1ms ki|nd', 'kind', ['kind=', 'kind!=']],
  ['nothing=|', '', []],
])('%s', (marked, text, offered) => {
  expect(complete(marked)).toEqual({ text, offered })
})

test('every field is offered where a condition can begin', () => {
  for (const marked of ['|', 'a or |', '(|', '-|']) {
    expect(complete(marked).text).toBe('')
    expect(complete(marked).offered.slice(0, 3)).toEqual(['import:', 'export:', 'outcome='])
  }
})

test('what is offered makes a filter that can be used', () => {
  for (const before of [
    'import:',
    'export:',
    'name=',
    'module=',
    'error=',
    'outcome=',
    'kind=',
    'total>',
    'total>5',
  ]) {
    const cut = complete(`${before}|`)
    for (const offered of cut.offered) {
      const text = before.slice(0, before.length - cut.text.length) + offered
      expect(parseFilter(text).problems, text).toEqual([])
    }
  }
})
