/** The desktop is told of the inspector: on Linux for real, in folders of a user that there is not. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { changeAssociations } from '../../main/cli/associate.ts'
import {
  describeApplication,
  findFreedesktopPlaces,
  withoutApplication,
} from '../../main/cli/associations/freedesktop.ts'
import { listRegistryAdditions, listRegistryRemovals } from '../../main/cli/associations/windows.ts'
import { findProgramPaths } from '../../main/cli/paths.ts'
import { errorOf, ROOT, waitFor } from '../support/inspector.ts'
import { ensureBuilt } from './build.ts'
import { makeFolder, runProgram } from './program.ts'

const ASSOCIATED = 'Session files (.jspi) open in the inspector. For modules (.wasm) it can be chosen.\n'
const TAKEN_BACK = 'The inspector no longer opens session files by itself.\n'

beforeAll(ensureBuilt)

const isInstalled = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined

/** A user, by where the files of desktops are. */
function makeUser() {
  const home = makeFolder()
  const environment = { HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_CONFIG_HOME: join(home, 'config') }
  mkdirSync(environment.XDG_CONFIG_HOME)
  const ask = (program: string, ...texts: string[]): string => {
    const asked = spawnSync(program, texts, { encoding: 'utf8', env: { ...process.env, ...environment } })
    return asked.stdout + asked.stderr
  }
  return { home, environment, ask, places: findFreedesktopPlaces(environment, home) }
}

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('session files are associated, and the desktop says so', async ({ skip }) => {
    const { home, environment, ask, places } = makeUser()
    expect(await runProgram(['associate'], { environment })).toMatchObject({ status: 0, stdout: ASSOCIATED })
    const entry = readFileSync(join(home, 'data/applications/jspi-inspector.desktop'), 'utf8')
    expect(entry).toContain(`\nExec="${process.execPath}" "${ROOT}/main/cli/launch.mjs" "open" %f\n`)
    expect(entry).toContain('\nMimeType=application/x-jspi-session;\n')
    expect(readFileSync(join(home, 'data/mime/packages/jspi-inspector.xml'), 'utf8')).toContain(
      '<glob pattern="*.jspi"/>',
    )
    skip(
      !isInstalled('gio') || !isInstalled('update-mime-database'),
      'Not verified: whether a desktop takes the files. gio and update-mime-database are not installed.',
    )
    const session = join(home, 'sum.jspi')
    await runProgram(['run', 'guests/sum/sum.wasm', 'sum', '1', '--session', session])
    const renamed = join(home, 'sum')
    writeFileSync(renamed, readFileSync(session))
    const empty = join(home, 'empty.jspi')
    writeFileSync(empty, '')
    for (const path of [session, renamed]) {
      expect(ask('gio', 'info', '-a', 'standard::content-type', path)).toContain(
        'standard::content-type: application/x-jspi-session',
      )
    }
    expect(ask('gio', 'mime', 'application/x-jspi-session')).toMatch(/: jspi-inspector\.desktop\n/)
    // It is not the default of modules, not even as the only application that is known.
    expect(ask('gio', 'mime', 'application/wasm')).not.toContain('jspi-inspector')
    expect(readFileSync(places.choicesPath, 'utf8')).not.toContain('wasm')
    // Twice is as once.
    expect(await runProgram(['associate'], { environment })).toMatchObject({ status: 0, stdout: ASSOCIATED })
    expect(readFileSync(places.choicesPath, 'utf8').match(/jspi-inspector/g)?.length).toBeLessThan(3)
  })

  test('what is taken back is gone, and nothing else', async () => {
    const { environment, ask, places } = makeUser()
    const choices = '[Default Applications]\ntext/plain=editor.desktop\n'
    writeFileSync(places.choicesPath, choices)
    await runProgram(['associate'], { environment })
    const removed = await runProgram(['associate', '--remove'], { environment })
    expect(removed).toMatchObject({ status: 0, stdout: TAKEN_BACK, stderr: '' })
    for (const path of [places.desktopPath, places.typesPath]) expect(existsSync(path)).toBe(false)
    expect(readFileSync(places.choicesPath, 'utf8')).toContain(choices)
    expect(readFileSync(places.choicesPath, 'utf8')).not.toContain('jspi-inspector')
    if (isInstalled('gio')) {
      expect(ask('gio', 'mime', 'application/x-jspi-session')).not.toContain('jspi-inspector')
    }
    // And once more there is nothing to do.
    expect(await runProgram(['associate', '--remove'], { environment })).toMatchObject({
      status: 0,
      stdout: TAKEN_BACK,
      stderr: '',
    })
  })

  test('without the programs that tell a desktop, it says what may be missing', async () => {
    const { environment, places } = makeUser()
    const ran = await runProgram(['associate'], { environment: { ...environment, PATH: places.mimeFolder } })
    expect(ran).toMatchObject({ status: 0, stdout: ASSOCIATED })
    expect(ran.stderr).toBe(
      'update-mime-database is not installed. The desktop may not know the type of session files.\n' +
        'update-desktop-database is not installed. xdg-mime is not installed. gio is not installed. ' +
        'The desktop may not know what opens session files.\n',
    )
  })

  test('a folder that cannot be written is a failure with a code', async () => {
    const { environment, home } = makeUser()
    writeFileSync(join(home, 'data'), 'a file')
    const ran = await runProgram(['associate'], { environment })
    expect(ran).toMatchObject({ status: 2, stdout: '' })
    expect(ran.stderr).toMatch(/^ASSOCIATION_FAILED: .*(ENOTDIR|EEXIST)/)
  })

  test('the desktop starts the program from any folder with the file that is meant', async ({ skip }) => {
    skip(!isInstalled('gio'), 'Not verified: how a desktop reads the command. gio is not installed.')
    // A percent sign in the path of the Node itself is more than GLib takes.
    const nodeFolder = join(makeFolder(), 'a "b" $c `d` \\e')
    const folder = join(nodeFolder, '100% f')
    mkdirSync(folder, { recursive: true })
    const node = join(nodeFolder, 'node')
    const started = join(makeFolder(), 'started')
    writeFileSync(node, `#!/bin/sh\nprintf '%s\\n' "$@" > '${started}'\n`)
    chmodSync(node, 0o755)
    const launcher = join(folder, 'launch.mjs')
    const entry = join(folder, 'x.desktop')
    writeFileSync(entry, describeApplication({ node, launcher }, false))
    const file = join(folder, 'my session.jspi')
    writeFileSync(file, '')
    expect(makeUser().ask('gio', 'launch', entry, file)).toBe('')
    await waitFor('the program', () => existsSync(started) && readFileSync(started, 'utf8').includes('.jspi'))
    expect(readFileSync(started, 'utf8')).toBe(`${launcher}\nopen\n${file}\n`)
  })
})

test('what the user has chosen otherwise stays', () => {
  const choices = [
    '# jspi-inspector.desktop',
    '[Default Applications]',
    'application/x-jspi-session=jspi-inspector.desktop',
    'application/wasm=jspi-inspector.desktop;viewer.desktop;',
    'text/plain=editor.desktop',
    '',
  ]
  expect(withoutApplication(choices.join('\n')).split('\n')).toEqual([
    choices[0],
    choices[1],
    'application/wasm=viewer.desktop;',
    choices[4],
    '',
  ])
})

test('a desktop’s folders are those that its variables name, if they are absolute', () => {
  const { applicationsFolder, choicesPath } = findFreedesktopPlaces(
    { XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: '/c' },
    '/home/a',
  )
  expect(applicationsFolder).toBe(join('/home/a/.local/share', 'applications'))
  expect(choicesPath).toBe(join('/c', 'mimeapps.list'))
})

test('on Windows keys of the user are written, and the same ones removed', () => {
  const program = {
    node: String.raw`C:\Program Files\nodejs\node.exe`,
    launcher: String.raw`C:\i\launch.mjs`,
  }
  const command = String.raw`"C:\Program Files\nodejs\node.exe" "C:\i\launch.mjs" open "%1"`
  const key = (path: string): string => String.raw`HKCU\Software\Classes` + '\\' + path
  const additions = listRegistryAdditions(program)
  expect(additions).toContainEqual([
    'add',
    key(String.raw`JspiInspector.Session\shell\open\command`),
    '/ve',
    '/d',
    command,
    '/f',
  ])
  expect(additions).toContainEqual(['add', key('.jspi'), '/ve', '/d', 'JspiInspector.Session', '/f'])
  expect(additions).toContainEqual([
    'add',
    key(String.raw`.wasm\OpenWithProgids`),
    '/v',
    'JspiInspector.Guest',
    '/t',
    'REG_NONE',
    '/f',
  ])
  // The default of modules is left as it is.
  expect(
    additions.filter(
      ([, path, kind]) => path === key('.wasm') || (kind === '/ve' && path!.includes('.wasm')),
    ),
  ).toEqual([])
  const removed = listRegistryRemovals().map(([, path]) => path!)
  const isRemoved = (path: string): boolean =>
    removed.some((root) => path === root || path.startsWith(`${root}\\`))
  for (const [, path] of additions) expect(isRemoved(path!), path).toBe(true)
})

test('on macOS it is said what to do instead', () => {
  const failed = errorOf(
    changeAssociations({ verb: 'associate', removes: false }, findProgramPaths(), 'darwin'),
  )
  expect(failed).toMatchObject({
    code: 'ASSOCIATION_FAILED',
    fix: expect.stringContaining('jspi-inspector open'),
  })
})

test('the documents show what is printed', () => {
  const text = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8')
  expect(text).toContain(`$ jspi-inspector associate\n${ASSOCIATED}`)
})
