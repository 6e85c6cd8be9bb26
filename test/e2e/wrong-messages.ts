import type { Page } from 'playwright-core'
import { countRows, eventually, openExample, runButton, runExport } from './inspector-page.ts'

/** What the service answers, as far as the specs look at it. */
export interface Answer {
  ok: boolean
  error?: { code: string; why: string }
}

/** Messages that are no requests of the contract, and the code that answers them; null: a `problem` event. */
export const WRONG_MESSAGES: [name: string, message: unknown, code: string | null][] = [
  ['null', null, null],
  ['a text', 'attach', null],
  ['no id', { t: 'q', m: 'attach', a: [] }, null],
  ['an id that is a number', { t: 'q', i: 5, m: 'attach', a: [] }, null],
  ['an answer', { t: 's', i: 'x', r: 1 }, 'MESSAGE_INVALID'],
  ['arguments that are no list', { t: 'q', i: 'x', m: 'attach', a: {} }, 'MESSAGE_INVALID'],
  ['an inherited method', { t: 'q', i: 'x', m: 'toString', a: [] }, 'FUNCTION_UNKNOWN'],
  ['the prototype', { t: 'q', i: 'x', m: '__proto__', a: [] }, 'FUNCTION_UNKNOWN'],
  ['an unknown function', { t: 'q', i: 'x', m: 'runProgram', a: ['ls'] }, 'FUNCTION_UNKNOWN'],
  ['too many arguments', { t: 'q', i: 'x', m: 'attach', a: [1, 2] }, 'MESSAGE_INVALID'],
  [
    'an unknown field',
    { t: 'q', i: 'x', m: 'endSession', a: [{ sessionId: 'a', force: true }] },
    'MESSAGE_INVALID',
  ],
  ['an example outside', { t: 'q', i: 'x', m: 'openExample', a: [{ name: '../../etc' }] }, 'MESSAGE_INVALID'],
  [
    'a row beyond all',
    { t: 'q', i: 'x', m: 'readCalls', a: [{ sessionId: 'a', fromRow: -1, rowCount: 1 }] },
    'MESSAGE_INVALID',
  ],
  [
    'a million rows',
    { t: 'q', i: 'x', m: 'readCalls', a: [{ sessionId: 'a', fromRow: 0, rowCount: 1e6 }] },
    'MESSAGE_INVALID',
  ],
  ['a long name', { t: 'q', i: 'x', m: 'a'.repeat(200_000), a: [] }, 'MESSAGE_INVALID'],
  [
    'a long text',
    {
      t: 'q',
      i: 'x',
      m: 'startRun',
      a: [{ sessionId: 'a', exportName: 'b'.repeat(200_000), argumentTexts: [] }],
    },
    'MESSAGE_INVALID',
  ],
]

/** Holds that the inspector works on: a guest can be opened and run. */
export async function expectAtWork(page: Page): Promise<void> {
  await openExample(page, 'sum')
  await eventually(() => runButton(page).isEnabled()).toBe(true)
  const before = await countRows(page)
  await runExport(page, 'sum', ['1'])
  await eventually(() => countRows(page)).toBe(before + 2)
}
