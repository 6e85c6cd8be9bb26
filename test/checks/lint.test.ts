import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createProject, ROOT } from './folder.ts'

/** The rules that a file breaks, by the project's configuration. */
async function lint(files: Record<string, string>): Promise<Record<string, string[]>> {
  const configuration = await readFile(join(ROOT, '.oxlintrc.json'), 'utf8')
  const folder = await createProject({ ...files, '.oxlintrc.json': configuration })
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint')
  const output = await new Promise<string>((resolve) => {
    // It ends badly where it finds something.
    execFile(process.execPath, [oxlint, '--format', 'json'], { cwd: folder }, (_, stdout) => resolve(stdout))
  })
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] }
  return Object.fromEntries(
    Object.keys(files).map((file) => [
      file,
      diagnostics.filter(({ filename }) => filename === file).map(({ code }) => code),
    ]),
  )
}

test('main/cli alone writes to a terminal', async () => {
  const write = `process.stdout.write('')\nprocess.stderr.write('')\n`
  const restricted = ['eslint(no-restricted-properties)', 'eslint(no-restricted-properties)']
  expect(
    await lint({
      'main/cli/output.ts': write,
      'main/doors/door.ts': write,
      'main/host/worker.ts': write,
      'renderer/main.ts': `console.log('')\n`,
      'main/cli/run.ts': `console.log('')\n`,
    }),
  ).toEqual({
    'main/cli/output.ts': [],
    'main/doors/door.ts': restricted,
    'main/host/worker.ts': restricted,
    'renderer/main.ts': ['eslint(no-console)'],
    'main/cli/run.ts': ['eslint(no-console)'],
  })
})
