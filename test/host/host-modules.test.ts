import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  createFolder,
  errorOf,
  openExample,
  openText,
  startInspector,
  TestSession,
  valueOf,
  waitFor,
} from '../support/inspector.ts'

const CALLS_F = `(module
  (import "env" "f" (func $f (param i32) (result i32)))
  (func (export "run") (param i32) (result i32) (call $f (local.get 0))))`

describe('a host module that cannot be used', () => {
  test.each([
    ['a syntax error in JavaScript', 'host.mjs', `export default {\n  env: {\n    f( { return 1 }\n  } }`, 3],
    ['a syntax error in TypeScript', 'host.ts', `export default {\n  env: { f(a: number { return 1 } } }`, 2],
    ['TypeScript that is not only types', 'host.ts', `enum Kind { one }\nexport default {}`, 1],
    ['an error while it loads', 'host.ts', `const a = 1\n\nthrow new Error('of purpose ' + a)`, 3],
    ['an error in its function', 'host.ts', `export default () => {\n  throw new Error('of purpose')\n}`, 2],
  ])('%s names file and line', async (_what, hostName, source, line) => {
    const session = await openText(CALLS_F, source, { hostName })
    expect(session.info.state).toBe('failed')
    expect(session.info.error).toMatchObject({
      code: 'HOST_LOAD_FAILED',
      location: { file: session.info.host!.path, line },
    })
  })

  test('that Node takes for CommonJS is told what to do', async () => {
    const folder = await createFolder({
      'guest.wat': CALLS_F,
      'host.ts': 'export default { env: { f: () => 1 } }',
      'package.json': '{ "type": "commonjs" }',
    })
    const opened = await startInspector().open({ path: join(folder, 'guest.wat'), trustHost: true })
    const { error } = valueOf(opened)
    expect(error).toMatchObject({ code: 'HOST_LOAD_FAILED' })
    expect(error!.fix).toMatch(/"type": "module"/)
  })

  test('an import of its own that does not exist', async () => {
    const session = await openText(CALLS_F, `import './nowhere.ts'\nexport default {}`)
    expect(session.info.error).toMatchObject({ code: 'HOST_LOAD_FAILED' })
    expect(session.info.error!.why).toMatch(/nowhere\.ts/)
  })

  test.each([
    ['no default export', `export const env = {}`, /no default export/],
    ['a number', `export default 5`, /a value of type number/],
    ['null', `export default null`, /null/],
    ['a function that returns nothing', `export default () => {}`, /a value of type undefined/],
    ['handlers without a module', `export default { f: () => 1 }`, /"f" should be an object/],
  ])('%s: HOST_WRONG_EXPORT', async (_what, source, why) => {
    const session = await openText(CALLS_F, source)
    expect(session.info.error).toMatchObject({ code: 'HOST_WRONG_EXPORT' })
    expect(session.info.error!.why).toMatch(why)
  })

  test('a value of the wrong kind names import, file and line', async () => {
    const session = await openText(CALLS_F, `export default {\n  env: {\n    f: 5,\n  },\n}`)
    expect(session.info.error).toMatchObject({ code: 'IMPORT_MISMATCH', location: { line: 3 } })
    expect(session.info.error!.why).toBe('env.f is a number, but the guest imports (i32) → i32.')
  })

  test('a file that does not exist', async () => {
    const folder = await createFolder({ 'guest.wat': CALLS_F })
    const opened = await startInspector().open({
      path: join(folder, 'guest.wat'),
      hostPath: join(folder, 'nowhere.ts'),
    })
    expect(valueOf(opened)).toMatchObject({ state: 'failed', error: { code: 'HOST_NOT_FOUND' } })
  })
})

test('a function that the guest does not import is a warning with file and line', async () => {
  const session = await openText(
    CALLS_F,
    `export default {\n  env: {\n    f: () => 1,\n    g: () => 2,\n  },\n}`,
  )
  expect(session.info.state).toBe('ready')
  expect(session.info.warnings).toMatchObject([
    { code: 'HOST_IMPORT_UNUSED', why: 'The guest does not import env.g.', location: { line: 4 } },
  ])
  expect(session.info.imports[0]!.binding).toMatchObject({ by: 'host', suspending: true, line: 3 })
})

test('what a library binds whole is not warned of, and of many names that are written the first are named', async () => {
  const made = `Object.fromEntries(Array.from({ length: 30 }, (_, index) => ['made_' + index, () => 0]))`
  const written = Array.from({ length: 12 }, (_, index) => `written_${index}() {}`).join(', ')
  const session = await openText(CALLS_F, `export default { env: { f: () => 1, ...${made}, ${written} } }`)
  const whys = session.info.warnings.map(({ why }) => why)
  expect(whys).toHaveLength(6)
  expect(whys[0]).toBe('The guest does not import env.written_0.')
  expect(whys[5]).toBe('There are 7 more of these.')
})

describe('unbound imports', () => {
  test('of hundreds the first are named, and the others counted', async () => {
    const imports = Array.from({ length: 300 }, (_, index) => `(import "env" "f${index}" (func))`).join('')
    const { info } = await openText(`(module ${imports})`, null)
    expect(info.error!.why).toMatch(/; env\.f19 \(\) → \(\); and 280 more\.$/)
    expect(info.imports).toHaveLength(300)
  })

  test('are given stubs all at once, with one reload, or none', async () => {
    const imports = Array.from(
      { length: 300 },
      (_, index) => `(import "env" "f${index}" (func (result i32)))`,
    )
    const session = await openText(
      `(module ${imports.join('')} (func (export "run") (result i32) (call 299)))`,
      null,
    )
    const { inspector, sessionId } = session
    const stubs = imports.map((_, index) => ({
      module: 'env',
      name: `f${index}`,
      stub: { kind: 'return' as const, values: [String(index)], delayMs: 0 },
    }))
    const bad = { module: 'env', name: 'f5', stub: { kind: 'return' as const, values: ['x'], delayMs: 0 } }
    const refused = await inspector.service.setStubs({ sessionId, stubs: [...stubs, bad] })
    expect(errorOf(refused).code).toBe('STUB_INVALID')
    expect(session.info.state).toBe('unbound')
    const set = valueOf(await inspector.service.setStubs({ sessionId, stubs }))
    expect(set.state).toBe('ready')
    expect((await session.call('run')).results).toEqual([{ type: 'i32', value: 299 }])
  })

  test('of WASI say how to bind it', async () => {
    const wasi = '(import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))'
    const { info } = await openText(`(module ${wasi} (func (export "_start")))`, null)
    expect(info.error!.fix).toContain('host-modules.md#wasi')
  })

  test('are listed with their types, and can be given stubs', async () => {
    const session = await openText(CALLS_F, null)
    expect(session.info).toMatchObject({ state: 'unbound', error: { code: 'IMPORT_UNBOUND' } })
    expect(session.info.error!.why).toBe('Unbound: env.f (i32) → i32.')
    const { service } = session.inspector
    const stub = { sessionId: session.sessionId, module: 'env', name: 'f' }
    valueOf(await service.setStub({ ...stub, stub: { kind: 'return', values: ['-5'], delayMs: 20 } }))
    expect((await session.call('run', '1')).results).toEqual([{ type: 'i32', value: -5 }])
    expect(session.rows()[1]!.totalNs).toBeGreaterThan(19e6)
    expect(session.rows()[1]!.suspendedNs).toBeGreaterThan(0)
    valueOf(await service.setStub({ ...stub, stub: { kind: 'throw', message: 'no network', delayMs: 0 } }))
    expect((await session.call('run', '1')).error!.why).toBe('env.f failed: no network.')
    valueOf(await service.setStub({ ...stub, stub: null }))
    expect(session.info.state).toBe('unbound')
    const bad = await service.setStub({ ...stub, stub: { kind: 'return', values: ['x'], delayMs: 0 } })
    expect(errorOf(bad)).toMatchObject({
      code: 'STUB_INVALID',
      why: 'Result 1 (i32) is "x", which is not an integer.',
    })
    expect(errorOf(await service.setStub({ ...stub, name: 'g', stub: null })).code).toBe('STUB_INVALID')
  })

  test('all of them at once, with zeros', async () => {
    const session = await openText(CALLS_F, null, { stubUnbound: true })
    expect((await session.call('run', '1')).results).toEqual([{ type: 'i32', value: 0 }])
  })

  test('properties that every object inherits are not bindings', async () => {
    const session = await openText(
      `(module (import "env" "toString" (func)) (import "constructor" "name" (func)))`,
      `export default { env: {} }`,
    )
    expect(session.info.error!.why).toBe('Unbound: env.toString () → (); constructor.name () → ().')
  })
})

test('memories, tables, globals and tags are made to fit', async () => {
  const session = await openText(
    `(module
      (import "env" "memory" (memory 2 4))
      (import "env" "shared" (memory 1 2 shared))
      (import "env" "wide" (memory i64 1 2))
      (import "env" "table" (table 3 funcref))
      (import "env" "references" (table 1 5 externref))
      (import "env" "i64" (global i64))
      (import "env" "counter" (global (mut f64)))
      (import "env" "reference" (global externref))
      (import "env" "tag" (tag (param i32 i64)))
      (func (export "run") (result i32 f64)
        (i32.store8 (i32.const 100) (i32.const 7))
        (global.set 1 (f64.const 2.5))
        (i32.load8_u (i32.const 100)) (global.get 1)))`,
    null,
  )
  expect(session.info.error).toBeNull()
  expect(session.info.imports.every(({ binding }) => binding.by === 'inspector')).toBe(true)
  expect((await session.call('run')).results).toEqual([
    { type: 'i32', value: 7 },
    { type: 'f64', value: 2.5 },
  ])
})

describe('what host code prints', () => {
  test('goes to the console in order, whatever it prints with', async () => {
    const session = await openText(
      CALLS_F,
      `export default (context: any) => {
        console.log('while loading')
        return { env: { async f(n: number) {
          context.console.warn('one %d', n)
          console.log('two')
          console.table([{ a: 1 }])
          process.stdout.write('three\\n')
          process.stderr.write('four\\n')
          await null
          console.error('five\\nsix')
          return context.show(n, 1n, 1.5, 'a', null).length
        } } }
      }`,
    )
    await session.call('run', '7')
    const lines = session.lines()
    expect(lines.slice(0, 3)).toEqual(['while loading', 'one 7', 'two'])
    expect(lines.slice(-5)).toEqual(['three', 'four', 'five', 'six', 'wasm said: 59'])
    expect(lines.some((line) => line.includes('(index)'))).toBe(true)
  })

  test('an error that nobody awaits is printed, and the session goes on', async () => {
    const session = await openText(
      CALLS_F,
      `export default { env: { f: (n: number) => {
        setTimeout(() => { throw new Error('late') }, 1)
        Promise.reject(new Error('unawaited'))
        return n
      } } }`,
    )
    await session.call('run', '1')
    await waitFor('both reports', () => {
      const text = session.lines().join('\n')
      return text.includes('Uncaught error') && text.includes('Unhandled rejection')
    })
    expect((await session.call('run', '2')).state).toBe('returned')
  })
})

describe('the context', () => {
  test('show prints types of the current call, also after an await', async () => {
    const session = await openText(
      `(module (import "env" "f" (func $f (param i32 i64 f32 f64 externref)))
        (func (export "run") (call $f (i32.const 1) (i64.const 2) (f32.const 0.5) (f64.const -0) (ref.null extern))))`,
      `export default ({ console, show }: any) => ({ env: {
        async f(...values: unknown[]) {
          console.log(show(...values))
          await null
          console.log(show(...values))
          console.log(show(3, 'x'))
        },
      } })`,
    )
    await session.call('run')
    const typed = '[I32(1), I64(2), F32(0.5), F64(-0), ExternRef(null)]'
    expect(session.lines()).toEqual([typed, typed, '[I32(3), ExternRef("x")]'])
  })

  test('memory is read and written, also after it has grown', async () => {
    const session = await openText(
      `(module
        (import "env" "fill" (func $fill (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 16) "gr\\c3\\bc\\c3\\9fe\\00")
        (func (export "run") (result i32)
          (drop (call $fill (i32.const 16) (i32.const 7)))
          (drop (memory.grow (i32.const 3)))
          (drop (call $fill (i32.const 200000) (i32.const 0)))
          (i32.load8_u (i32.const 200000))))`,
      `export default (context: any) => ({ env: {
        async fill(address: number, length: number) {
          if (length > 0) {
            console.log(context.read.utf8(address, length), context.read.cString(address))
            await null
            try { context.read.bytes(65536, 1) } catch (error: any) { console.log(error.message) }
            return 0
          }
          return context.write.utf8(address, 'A')
        },
      } })`,
    )
    expect((await session.call('run')).results).toEqual([{ type: 'i32', value: 65 }])
    expect(session.lines()).toEqual([
      'grüße grüße',
      "The guest's memory has 65536 bytes: 1 bytes at address 65536 lie outside.",
      'wasm said: 65',
    ])
  })

  test('memory and exports cannot be read while the module loads, and say so', async () => {
    const session = await openText(CALLS_F, `export default ({ memory }: any) => ({ env: { f: () => 1 } })`)
    expect(session.info.error).toMatchObject({ code: 'HOST_LOAD_FAILED' })
    expect(session.info.error!.why).toMatch(/inside of a handler/)
  })
})

describe('a worker that dies', () => {
  test.each([
    ['process.exit', 'process.exit(7)', 'WORKER_EXITED', /exit code is 7/],
    [
      'out of memory',
      'const all = []; for (;;) all.push(new Array(1e5).fill(n + 0.5))',
      'WORKER_OUT_OF_MEMORY',
      /heap|memory/,
    ],
  ])('%s keeps what was recorded', async (_what, statement, code, why) => {
    const session = await openText(
      CALLS_F,
      `export default { env: { f(n: number) {
        if (n < 1000) return n
        ${statement}
      } } }`,
    )
    for (const n of ['1', '2', '3']) await session.call('run', n)
    const run = session.start('run', '1000')
    await waitFor('the end of the worker', () => session.info.state === 'ended')
    expect(session.info.error).toMatchObject({ code })
    expect(session.info.error!.why).toMatch(why)
    expect(session.run(run.runId)).toMatchObject({ state: 'cancelled', error: { code } })
    expect(session.rows().map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 6 }, () => 'returned'),
      'cancelled',
      'cancelled',
    ])
    // Another session is not touched, and this one comes back.
    expect((await openExample('sum')).info.state).toBe('ready')
    valueOf(await session.inspector.service.reloadSession({ sessionId: session.sessionId }))
    expect(session.info.state).toBe('ready')
  })
})

test('the permission to run is asked once for each content', async () => {
  const folder = await createFolder({
    'guest.wat': CALLS_F,
    'host.ts': 'export default { env: { f: () => 1 } }',
  })
  const settingsFolder = await createFolder()
  const inspector = startInspector({ settingsFolder })
  const open = async (): Promise<TestSession> => {
    const [info] = valueOf(
      await inspector.service.openFiles({ files: [{ path: join(folder, 'guest.wat') }] }),
    )
    return new TestSession(inspector, info!)
  }
  const first = await open()
  expect(first.info).toMatchObject({ state: 'untrusted', error: { code: 'HOST_NOT_TRUSTED' } })
  expect(valueOf(await inspector.service.declineHostModule({ sessionId: first.sessionId })).state).toBe(
    'unbound',
  )
  const second = await open()
  valueOf(await inspector.service.trustHostModule({ sessionId: second.sessionId }))
  expect((await second.call('run', '1')).state).toBe('returned')
  expect((await open()).info.state).toBe('ready')
  // Remembered by another process too, but only for this content.
  const later = startInspector({ settingsFolder })
  const again = await later.service.openFiles({ files: [{ path: join(folder, 'guest.wat') }] })
  expect(valueOf(again)[0]!.state).toBe('ready')
  await writeFile(join(folder, 'host.ts'), 'export default { env: { f: () => 2 } }')
  expect((await open()).info.state).toBe('untrusted')
})

test('a folder beside the bundled guests is not trusted like them', async () => {
  const folder = await createFolder()
  const [guestsFolder, beside] = [join(folder, 'guests'), join(folder, 'guests-of-others')]
  await mkdir(guestsFolder)
  await mkdir(beside)
  await writeFile(join(beside, 'guest.wat'), CALLS_F)
  await writeFile(join(beside, 'host.ts'), 'export default { env: { f: () => 1 } }')
  const opened = await startInspector({ guestsFolder }).open({ path: join(beside, 'guest.wat') })
  expect(valueOf(opened).state).toBe('untrusted')
})

test('a TypeScript host module of an installed package runs', async () => {
  const folder = join(await createFolder(), 'node_modules', 'a-package')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'guest.wat'), CALLS_F)
  await writeFile(join(folder, 'values.ts'), 'export const seven: number = 7')
  await writeFile(
    join(folder, 'host.ts'),
    `import { seven } from './values.ts'\nexport default { env: { f: (n: number): number => n * seven } }`,
  )
  const inspector = startInspector()
  const opened = valueOf(await inspector.open({ path: join(folder, 'guest.wat'), trustHost: true }))
  const session = new TestSession(inspector, opened)
  expect(session.info.error).toBeNull()
  expect((await session.call('run', '6')).results).toEqual([{ type: 'i32', value: 42 }])
  expect(session.lines()).toEqual(['wasm said: 42'])
})
