/** Runs the commands on bundled guests that docs/cli.md and README.md show, and compares what they print. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../support/inspector.ts'

const commands = ['docs/cli.md', 'README.md'].flatMap((document) => {
  const text = readFileSync(join(ROOT, document), 'utf8')
  return [...text.matchAll(/^```console\n\$ jspi-inspector ((?!run guest\.wat)[^\n]*)\n(.*?)^```$/gms)].map(
    ([, typed = '', printed = '']) => ({ document, typed, printed }),
  )
})

/** Splits what was typed as a shell does, as far as single quotes go. */
function splitArguments(typed: string): string[] {
  return [...typed.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

/** Without the stack underneath an error, which is indented further than anything that is shown. */
function listLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('    '))
    .map((line) => line.trimEnd())
}

test('commands are found', () => {
  expect(commands.length).toBeGreaterThan(8)
})

test.each(commands)('$document: $typed', async ({ typed, printed }) => {
  const shown = await new Promise<string>((resolve) => {
    const program = join(ROOT, 'main/cli/index.ts')
    execFile(process.execPath, [program, ...splitArguments(typed)], { cwd: ROOT }, (_error, output, errors) =>
      resolve(output + errors),
    )
  })
  expect(listLines(shown)).toEqual(listLines(printed))
})
