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
const [, program = ''] = /^```js\n(.*?)^```$/ms.exec(section) ?? []

test('the program that is shown prints what is shown', async () => {
  const folder = await createFolder({ 'read.mjs': program })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/jspi-inspector'), 'junction')
  const [, typed = ''] = /^\$ jspi-inspector (.*)\n$/.exec(recording) ?? []
  const texts = typed.split(' ').map((word) => (word.startsWith('guests/') ? join(ROOT, word) : word))
  execFileSync(process.execPath, [join(ROOT, 'main/cli/index.ts'), ...texts], { cwd: folder })
  const [, printed = ''] = /^\$ node read\.mjs\n(.*)$/s.exec(reading) ?? []
  expect(printed).not.toBe('')
  expect(execFileSync(process.execPath, ['read.mjs'], { cwd: folder, encoding: 'utf8' })).toBe(printed)
})
