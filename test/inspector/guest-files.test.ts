import { mkdir, open, truncate, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createFolder, errorOf, GUESTS_FOLDER, startInspector, valueOf } from '../support/inspector.ts'
import { readFile } from 'node:fs/promises'

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const COMPONENT = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]
const sum = await readFile(join(GUESTS_FOLDER, 'sum/sum.wasm'))

/** (module (memory 1 1 (pagesize 1))): V8 knows the encoding, and has it switched off. */
const CUSTOM_PAGE_SIZE = [...HEADER, 5, 5, 1, 0x09, 1, 1, 0]

describe('a file that is no guest gives an error with a stable code, and no session', () => {
  test.each([
    ['text with another name', 'notes.txt', Buffer.from('hello'), 'GUEST_NOT_WASM'],
    ['something else in a .wasm file', 'guest.wasm', Buffer.from('PK\u0003\u0004 zip'), 'GUEST_NOT_WASM'],
    ['nothing at all', 'guest.wasm', Buffer.alloc(0), 'GUEST_EMPTY'],
    ['an empty text file', 'guest.wat', Buffer.alloc(0), 'GUEST_EMPTY'],
    ['half of the magic number', 'guest.wasm', Buffer.from(HEADER.slice(0, 3)), 'GUEST_TRUNCATED'],
    ['half of a module', 'guest.wasm', sum.subarray(0, sum.length / 2), 'GUEST_TRUNCATED'],
    [
      'a header and garbage',
      'guest.wasm',
      Buffer.from([...HEADER, ...Buffer.from('garbage!')]),
      'GUEST_MALFORMED',
    ],
    ['a component', 'guest.wasm', Buffer.from([...COMPONENT, 0, 0]), 'GUEST_IS_COMPONENT'],
    [
      'text with a syntax error',
      'guest.wat',
      Buffer.from('(module\n  (func (export "f") (i32.cons 1)))'),
      'GUEST_WAT_SYNTAX',
    ],
  ])('%s: %s', async (_what, name, content, code) => {
    const folder = await createFolder({ [name]: content })
    const inspector = startInspector()
    const error = errorOf(await inspector.service.openFiles({ files: [{ path: join(folder, name) }] }))
    expect(error.code).toBe(code)
    for (const part of [error.what, error.fix]) expect(part).not.toBe('')
    expect(error.location!.file).toBe(join(folder, name))
    expect(valueOf(inspector.service.attach()).sessions).toEqual([])
    // The same by its bytes, as a browser sends it.
    const sent = await inspector.service.openFiles({ files: [{ name, bytes: new Uint8Array(content) }] })
    expect(errorOf(sent).code).toBe(code)
    // The inspector goes on.
    expect(valueOf(await inspector.service.openExample({ name: 'sum' })).state).toBe('ready')
  })

  test.each([
    ['compressed with gzip', gzipSync(sum), /gunzip/],
    ['compressed with Zstandard', zstdCompressSync(sum), /unzstd/],
    ['a ZIP archive', Buffer.from('PK\u0003\u0004'), /Unpack/],
    ['a native program or library (ELF)', Buffer.from('\u007fELF\u0002'), /Build it for WebAssembly/],
    ['LLVM bitcode', Buffer.from([0x42, 0x43, 0xc0, 0xde, 0x35]), /wasm-ld/],
    ['a static library', Buffer.from('!<arch>\n'), /wasm-ld/],
    ['an HTML or XML document', Buffer.from('<!doctype html>'), /Download/],
  ])('%s is named, and what to do with it', async (what, content, fix) => {
    const folder = await createFolder({ 'guest.wasm': content.subarray(0, 100_000) })
    const error = errorOf(await startInspector().open({ path: join(folder, 'guest.wasm') }))
    expect(error).toMatchObject({ code: 'GUEST_NOT_WASM', why: `It is ${what}.` })
    expect(error.fix).toMatch(fix)
  })

  test('a syntax error in the text format names line and column', async () => {
    const folder = await createFolder({ 'guest.wat': '(module\n  (func (export "f") (i32.cons 1)))' })
    const error = errorOf(await startInspector().open({ path: join(folder, 'guest.wat') }))
    expect(error.location).toMatchObject({ line: 2, column: 23 })
  })

  test('a file that does not exist', async () => {
    const error = errorOf(await startInspector().open({ path: '/nowhere/guest.wasm' }))
    expect(error).toMatchObject({ code: 'GUEST_NOT_FOUND', location: { file: '/nowhere/guest.wasm' } })
  })

  test('a folder', async () => {
    const folder = await createFolder()
    await mkdir(join(folder, 'guest.wasm'))
    expect(errorOf(await startInspector().open({ path: join(folder, 'guest.wasm') })).code).toBe(
      'GUEST_IS_FOLDER',
    )
  })

  // Root reads files whatever their mode: a file of the kernel's that refuses to be read serves instead.
  test.skipIf(!existsSync('/proc/self/mem'))('a file that cannot be read', async () => {
    const error = errorOf(await startInspector().open({ path: '/proc/self/mem' }))
    expect(error.code).toBe('GUEST_UNREADABLE')
    expect(error.why).toMatch(/EIO|EACCES|EPERM/)
  })

  test('a file of 300 MB', async () => {
    const folder = await createFolder({ 'guest.wasm': Buffer.from(HEADER) })
    const path = join(folder, 'guest.wasm')
    await truncate(path, 300 * 1024 * 1024)
    const error = errorOf(await startInspector().open({ path }))
    expect(error).toMatchObject({ code: 'GUEST_TOO_LARGE', why: 'It has 300 MiB; the limit is 256 MiB.' })
  })
})

describe('a module that the engine refuses gives a session that failed', () => {
  test('because of a feature that it lacks', async () => {
    const folder = await createFolder({ 'guest.wasm': Buffer.from(CUSTOM_PAGE_SIZE) })
    const opened = await startInspector().open({ path: join(folder, 'guest.wasm') })
    const error = opened.ok ? opened.value.error! : opened.error
    expect(error.code).toBe('GUEST_NEEDS_FEATURE')
    expect(error.why).toMatch(/V8/)
  })

  test('because its code is not valid', async () => {
    // (func (export "f") (result i32) nop): a result is missing.
    const invalid = [
      ...HEADER,
      1,
      5,
      1,
      0x60,
      0,
      1,
      0x7f,
      3,
      2,
      1,
      0,
      7,
      5,
      1,
      1,
      0x66,
      0,
      0,
      10,
      5,
      1,
      3,
      0,
      1,
      0x0b,
    ]
    const folder = await createFolder({ 'guest.wasm': Buffer.from(invalid) })
    const info = valueOf(await startInspector().open({ path: join(folder, 'guest.wasm') }))
    expect(info).toMatchObject({
      state: 'failed',
      error: { code: 'GUEST_MALFORMED' },
      exports: [{ name: 'f' }],
    })
    expect(info.error!.why).toMatch(/\+\d+/)
  })

  test('because its memory cannot be had', async () => {
    const folder = await createFolder({
      'guest.wat': '(module (import "env" "m" (memory i64 0x1000000000000)))',
    })
    const opened = await startInspector().open({ path: join(folder, 'guest.wat') })
    const error = opened.ok ? opened.value.error! : opened.error
    expect(['INSTANTIATE_FAILED', 'GUEST_MALFORMED', 'GUEST_NEEDS_FEATURE']).toContain(error.code)
  })
})

describe('several files at once', () => {
  test('a guest with the host module that was dropped with it', async () => {
    const guest = await readFile(join(GUESTS_FOLDER, 'sum/sum.wasm'))
    const host = 'export default { env: { from_host: async () => 309 } }'
    const inspector = startInspector()
    const [info] = valueOf(
      await inspector.service.openFiles({
        files: [
          { name: 'sum.wasm', bytes: new Uint8Array(guest) },
          { name: 'mine.ts', bytes: new TextEncoder().encode(host) },
        ],
      }),
    )
    expect(info).toMatchObject({ state: 'untrusted', host: { name: 'mine.ts' }, guest: { name: 'sum.wasm' } })
    expect(info!.guest.path).toBeUndefined()
  })

  test('a host module after its guest', async () => {
    const folder = await createFolder({
      'sum.wasm': sum,
      'other.ts': 'export default { env: { from_host: async () => 309 } }',
    })
    const inspector = startInspector()
    const opened = await inspector.service.openFiles({ files: [{ path: join(folder, 'sum.wasm') }] })
    const { sessionId, state } = valueOf(opened)[0]!
    expect(state).toBe('unbound')
    const files = [{ path: join(folder, 'other.ts') }]
    expect(errorOf(await inspector.service.openFiles({ files })).code).toBe('HOST_WITHOUT_GUEST')
    const [withHost] = valueOf(await inspector.service.openFiles({ files, sessionId }))
    expect(withHost).toMatchObject({ state: 'untrusted', host: { name: 'other.ts' } })
    expect(valueOf(await inspector.service.trustHostModule({ sessionId })).state).toBe('ready')
  })

  test('good and bad ones: the good ones open, the others are told as problems', async () => {
    const folder = await createFolder({ 'bad.wasm': 'no', 'good.wasm': sum })
    const inspector = startInspector()
    const problems: string[] = []
    inspector.subscribe({ problem: (error) => problems.push(error.code) })
    const opened = await inspector.service.openFiles({
      files: [{ path: join(folder, 'bad.wasm') }, { path: join(folder, 'good.wasm') }],
    })
    expect(valueOf(opened).map(({ guest }) => guest.name)).toEqual(['good.wasm'])
    expect(problems).toEqual(['GUEST_NOT_WASM'])
  })

  test('a name from a client never leaves the folder of uploads', async () => {
    const inspector = startInspector()
    const [info] = valueOf(
      await inspector.service.openFiles({
        files: [{ name: '../../../etc/passwd.wasm', bytes: new Uint8Array(sum) }],
      }),
    )
    expect(info!.guest.name).toBe('passwd.wasm')
  })
})

describe('files that are sent', () => {
  const bytes = new Uint8Array(sum)

  test('keep their names, as far as a file can have them here', async () => {
    const names = ['あ'.repeat(100) + '.wasm', 'a\nb.wasm', 'dir\\c.wasm']
    const inspector = startInspector()
    for (const name of names) {
      const [info] = valueOf(await inspector.service.openFiles({ files: [{ name, bytes }] }))
      expect(info!.guest.name).toMatch(/^(あ{83}\.wasm|a_b\.wasm|c\.wasm)$/)
    }
  })

  test.each(['..', '.', '/'])('may have a name that is none: %s', async (name) => {
    const opened = await startInspector().service.openFiles({ files: [{ name, bytes }] })
    expect(valueOf(opened)[0]!.guest.name).toBe('file-0')
  })

  test('are all opened where two have one name', async () => {
    const other = Uint8Array.from(await readFile(join(GUESTS_FOLDER, 'stack/stack.wasm')))
    const inspector = startInspector()
    const files = [
      { name: 'one.wasm', bytes },
      { name: 'One.wasm', bytes: other },
    ]
    const infos = valueOf(await inspector.service.openFiles({ files }))
    expect(infos.map(({ guest }) => [guest.name, guest.sizeBytes])).toEqual([
      ['one.wasm', bytes.length],
      ['One.wasm', other.length],
    ])
  })
})

describe('settings', () => {
  test('recent guests and layout are kept; a damaged file is no obstacle', async () => {
    const settingsFolder = await createFolder()
    const folder = await createFolder({ 'a.wasm': sum, 'b.wasm': sum })
    const first = startInspector({ settingsFolder })
    for (const name of ['a.wasm', 'b.wasm', 'a.wasm']) valueOf(await first.open({ path: join(folder, name) }))
    valueOf(await first.service.saveLayout({ layout: { sidebarWidth: 240, sidebarShown: true } }))
    const second = valueOf(startInspector({ settingsFolder }).service.attach())
    expect(second.recentGuests.map(({ name }) => name)).toEqual(['a.wasm', 'b.wasm'])
    expect(second.layout).toEqual({ sidebarWidth: 240, sidebarShown: true })
    await writeFile(join(settingsFolder, 'settings.json'), '{"recentGuests": [')
    expect(valueOf(startInspector({ settingsFolder }).service.attach()).recentGuests).toEqual([])
  })

  test('session files are recent as guests are', async () => {
    const settingsFolder = await createFolder()
    const folder = await createFolder({ 'a.wasm': sum })
    const sessionPath = join(folder, 'recorded.jspi')
    const recording = startInspector()
    valueOf(await recording.open({ path: join(folder, 'a.wasm'), sessionPath }))
    await recording.close()
    const { open, service } = startInspector({ settingsFolder })
    valueOf(await open({ path: join(folder, 'a.wasm') }))
    valueOf(await service.openFiles({ files: [{ path: sessionPath }] }))
    valueOf(await service.openFiles({ files: [{ name: 'sent.jspi', bytes: await readFile(sessionPath) }] }))
    expect(valueOf(service.attach()).recentGuests).toEqual([
      { path: sessionPath, name: 'recorded.jspi', hostPath: null },
      { path: join(folder, 'a.wasm'), name: 'a.wasm', hostPath: null },
    ])
  })

  test('a folder that cannot be written is told', async () => {
    const folder = await createFolder({ file: 'in the way' })
    const inspector = startInspector({ settingsFolder: join(folder, 'file') })
    const saved = await inspector.service.saveLayout({ layout: { a: 1 } })
    expect(errorOf(saved).code).toBe('SETTINGS_WRITE_FAILED')
  })
})

test('the bundled guests are listed with a line on each', () => {
  const { examples } = valueOf(startInspector().service.attach())
  expect(examples[0]).toMatchObject({ name: 'sum', language: 'Rust' })
  expect(examples.length).toBeGreaterThan(8)
  for (const { summary } of examples) expect(summary.length).toBeGreaterThan(20)
})

test('an unreadable handle is closed', async () => {
  // Opening the same file many times would run out of handles if each attempt left one open.
  const inspector = startInspector()
  const folder = await createFolder({ 'guest.wasm': 'no' })
  for (let attempt = 0; attempt < 50; attempt++) await inspector.open({ path: join(folder, 'guest.wasm') })
  const probe = await open(join(folder, 'guest.wasm'))
  expect(probe.fd).toBeLessThan(200)
  await probe.close()
})

test.each(['(module)', '\n  ;; a comment\n(module)', '(; a comment ;) ( module )'])(
  'text is a guest whatever its file is called: %s',
  async (text) => {
    const folder = await createFolder({ 'guest.wasm': text })
    expect(valueOf(await startInspector().open({ path: join(folder, 'guest.wasm') })).state).toBe('ready')
  },
)
