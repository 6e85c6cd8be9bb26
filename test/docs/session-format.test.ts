/** Runs the program that docs/session-format.md shows, on a session recorded as it says, and compares what it prints. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../cli/build.ts'
import { createFolder, ROOT } from '../support/inspector.ts'

beforeAll(ensureBuilt)

const text = readFileSync(join(ROOT, 'docs/session-format.md'), 'utf8')
const [, section = ''] = text.split('\n## Reading from a program\n')
const [recording = '', reading = ''] = [...section.matchAll(/^```console\n(.*?)^```$/gms)].map(
  ([, block]) => block,
)
const [program = '', programInTurns = ''] = [...section.matchAll(/^```js\n(.*?)^```$/gms)].map(
  ([, block]) => block,
)

test('the programs that are shown print what is shown', async () => {
  const folder = await createFolder({ 'read.mjs': program, 'read-in-turns.mjs': programInTurns })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/jspi-inspector'), 'junction')
  const [, typed = ''] = /^\$ jspi-inspector (.*)\n$/.exec(recording) ?? []
  const texts = typed.split(' ').map((word) => (word.startsWith('guests/') ? join(ROOT, word) : word))
  execFileSync(process.execPath, [join(ROOT, 'main/cli/index.ts'), ...texts], { cwd: folder })
  const [, printed = ''] = /^\$ node read\.mjs\n(.*)$/s.exec(reading) ?? []
  expect(printed).not.toBe('')
  const run = (name: string) => execFileSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' })
  expect(run('read.mjs')).toBe(printed)
  expect(run('read-in-turns.mjs')).toBe('100 % read\n')
})
