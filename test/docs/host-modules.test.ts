/** Runs the host modules that the documents show, each on the guest shown last, and compares what they print. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFolder, ROOT } from '../support/inspector.ts'

interface Example {
  heading: string
  guest: string
  host: string
  /** What is typed after `jspi-inspector`. */
  args: string[]
  printed: string[]
}

/** Every ```console block about guest.wat, with the ```wat and ```ts blocks that precede it. */
function readExamples(text: string): Example[] {
  const examples: Example[] = []
  let [heading, guest, host] = ['', '', '']
  for (const [, title, language, content = ''] of text.matchAll(/^#+ ([^\n]*)$|^```(\w+)\n(.*?)^```$/gms)) {
    if (title !== undefined) heading = title
    else if (language === 'wat') guest = content
    else if (language === 'ts') host = content
    else if (language === 'console') {
      const [command = '', ...printed] = content.trimEnd().split('\n')
      const args = command.replace('$ jspi-inspector ', '').split(' ')
      if (args.includes('guest.wat')) examples.push({ heading, guest, host, args, printed })
    }
  }
  return examples
}

const texts = ['docs/host-modules.md', 'README.md'].map((document) =>
  readFileSync(join(ROOT, document), 'utf8'),
)
const examples = texts.flatMap(readExamples)

test('every host module that is shown is run', () => {
  const shown = texts.flatMap((text) => [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, host]) => host))
  expect(examples.map(({ host }) => host)).toEqual(shown)
  expect(examples.length).toBeGreaterThan(6)
})

test.each(examples)('$heading: $args', async ({ guest, host, args, printed }) => {
  const folder = await createFolder({ 'guest.wat': guest, 'host.ts': host })
  const output = await new Promise<string>((resolve) => {
    // The order between the two streams is not the documents' concern.
    const child = execFile(process.execPath, [join(ROOT, 'main/cli/index.ts'), ...args], { cwd: folder })
    let lines = ''
    child.stdout?.on('data', (chunk: string) => (lines += chunk))
    child.stderr?.on('data', (chunk: string) => (lines += chunk))
    child.on('close', () => resolve(lines))
  })
  // The stack underneath an error is indented.
  const shown = output.split('\n').filter((line) => line !== '' && !line.startsWith('    '))
  expect(shown.sort()).toEqual([...printed].sort())
})
