/** What programs import of the package: it is packed, installed, and reads what a real session wrote. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SessionCall } from '../../main/session-file/reader.ts'
import { ensureBuilt } from '../cli/build.ts'
import { findOlderNodes, WITHOUT_JSPI } from '../cli/older-nodes.ts'
import { runProgram } from '../cli/program.ts'
import { installPackage } from '../support/packed-package.ts'
import { ROOT } from '../support/inspector.ts'
import { createRandom } from '../trace/random-trace.ts'

const GUEST = `(module
  (import "env" "mix" (func $mix (param i64 f64 f32 externref) (result i64 externref)))
  (import "env" "say" (func $say (param i32 i32)))
  (import "env" "next" (func $next (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "hello")
  (func (export "run") (local $n i32)
    (drop (drop (call $mix (i64.const -9223372036854775808) (f64.const nan) (f32.const -0) (ref.null extern))))
    (call $say (i32.const 16) (i32.const 5))
    (loop $again
      (local.set $n (call $next (local.get $n)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 3000))))
    unreachable))`
const HOST = `export default ({ console, sync, reads }: any) => ({ env: {
  mix: async () => [-1n, 'abc'],
  say: reads('utf8(0, 1)', () => console.log('said')),
  next: sync((n: number) => n + 1),
} })`

/** Prints what it reads of each file that it is given. */
const PROGRAM = `
import { openSessionFile, SessionFileError } from 'jspi-inspector/session-file'

const read = (path) => {
  let file
  try {
    file = openSessionFile(path)
  } catch (thrown) {
    return { isKnown: thrown instanceof SessionFileError, code: thrown.code, path: thrown.path, message: thrown.message }
  }
  const { session, isComplete, lostBytes, callCount, droppedCallCount, functions, consoleLines, endNs } = file
  const calls = [...file.calls()]
  const [one, none] = [file.call(2), file.call(callCount + 1)]
  const lost = file.findLostCalls()
  file.close()
  file.close()
  return {
    session, isComplete, lostBytes, callCount, droppedCallCount, functions, consoleLines, endNs, calls, one,
    hasNone: none === undefined, lost,
  }
}
console.log(JSON.stringify({ hasPromiseIntegration: 'Suspending' in WebAssembly, files: process.argv.slice(2).map(read) }))
`

interface Read {
  isComplete: boolean
  lostBytes: number
  callCount: number
  calls: SessionCall[]
  code?: string
}

let folder = ''
let session = ''

beforeAll(async () => {
  await ensureBuilt()
  folder = mkdtempSync(join(tmpdir(), 'jspi-inspector-package-'))
  installPackage(folder)
  writeFileSync(join(folder, 'read.mjs'), PROGRAM)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Records a session by the command line, once. */
async function record(): Promise<string> {
  if (session) return session
  mkdirSync(join(folder, 'guest'))
  const guest = join(folder, 'guest/guest.wat')
  writeFileSync(guest, GUEST)
  writeFileSync(join(folder, 'guest/host.ts'), HOST)
  session = join(folder, 'guest.jspi')
  const ran = await runProgram(['run', guest, 'run', '--session', session, '--slices=50'])
  expect(ran).toMatchObject({ status: 1, stdout: expect.stringContaining('said') })
  return session
}

/** Runs the program without promise integration, which nothing of it needs. */
function read(paths: readonly string[], node = process.execPath, nodeOptions = WITHOUT_JSPI): Read[] {
  const options = [...nodeOptions, join(folder, 'read.mjs'), ...paths]
  const printed = execFileSync(node, options, { encoding: 'utf8', maxBuffer: 2 ** 30 })
  const { hasPromiseIntegration, files } = JSON.parse(printed) as {
    hasPromiseIntegration: boolean
    files: Read[]
  }
  expect(hasPromiseIntegration).toBe(false)
  return files
}

test('reads a session as its export has it', async () => {
  const path = await record()
  const [whole] = read([path])
  const exported = await runProgram(['export', path])
  const lines = exported.stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(3003)
  const withoutStack = (call: SessionCall) => {
    const { stackOffsets: _, ...rest } = call
    return rest
  }
  expect(whole!.calls.map(withoutStack)).toEqual(
    lines.map((line) => {
      const { v: _v, stack: _stack, ...call } = JSON.parse(line) as Record<string, unknown>
      return call
    }),
  )
  expect(whole).toMatchObject({
    isComplete: true,
    lostBytes: 0,
    callCount: 3003,
    droppedCallCount: 0,
    hasNone: true,
    lost: [],
    consoleLines: expect.arrayContaining([
      { timeNs: expect.any(Number), level: 'log', source: 'host', text: 'said' },
    ]),
  })
  expect(whole!.calls[0]).toMatchObject({
    kind: 'export',
    outcome: 'trapped',
    error: { code: 'GUEST_TRAPPED' },
    stackOffsets: [expect.any(Number)],
  })
  expect(whole).toMatchObject({
    one: {
      kind: 'import',
      module: 'env',
      name: 'mix',
      params: [
        { type: 'i64', value: '-9223372036854775808' },
        { type: 'f64', value: 'NaN' },
        { type: 'f32', value: '-0' },
        { type: 'externref', value: null },
      ],
      results: [
        { type: 'i64', value: '-1' },
        { type: 'externref', value: 'externref#1', preview: '"abc"' },
      ],
    },
  })
  expect(whole!.calls[2]).toMatchObject({ decoded: [{ type: 'utf8', value: 'hello', params: [0, 1] }] })
})

test.each(findOlderNodes())('reads it on %s', async (node) => {
  const path = await record()
  expect(read([path], node, [])).toEqual(read([path]))
})

test('says what was recorded, by what and how', async () => {
  const [whole] = read([await record()])
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  expect(whole).toMatchObject({
    session: {
      guest: {
        name: 'guest.wat',
        path: join(folder, 'guest/guest.wat'),
        sizeBytes: expect.any(Number),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        producers: [],
      },
      host: { name: 'host.ts' },
      settings: { interleaved: false, recordsImports: true, sliceMs: 50, limits: { runMs: null } },
      versions: { inspector: version, node: process.versions.node, v8: process.versions.v8 },
      startedAtMs: expect.any(Number),
    },
    functions: expect.arrayContaining([
      { kind: 'import', module: 'env', name: 'next', params: ['i32'], results: ['i32'] },
      { kind: 'export', module: null, name: 'run', params: [], results: [] },
    ]),
  })
})

test('reads a file that is cut off anywhere up to there', async () => {
  const path = await record()
  const bytes = readFileSync(path)
  const random = createRandom(11)
  const paths = Array.from({ length: 12 }, (_, index) => {
    const cut = join(folder, `cut-${index}.jspi`)
    writeFileSync(cut, bytes.subarray(0, Math.floor(random() * bytes.length)))
    return cut
  })
  const [whole, ...files] = read([path, ...paths])
  for (const file of files) {
    if (file.code !== undefined) {
      expect(file.code).toBe('SESSION_FILE_INVALID')
      continue
    }
    expect(file).toMatchObject({ isComplete: false, calls: { length: file.callCount } })
    for (const call of file.calls) {
      if (call.error?.code === 'SESSION_FILE_INCOMPLETE') expect(call).toMatchObject({ outcome: 'cancelled' })
      else expect(call).toEqual(whole!.calls[call.id - 1])
    }
  }
  expect(files.some(({ callCount }) => callCount > 0)).toBe(true)
  expect(files.some(({ lostBytes }) => lostBytes > 0)).toBe(true)
})

test('throws with a code what cannot be opened', () => {
  const text = join(folder, 'text.jspi')
  writeFileSync(text, 'not a session')
  const missing = join(folder, 'none.jspi')
  expect(read([text, missing])).toEqual([
    {
      isKnown: true,
      code: 'SESSION_FILE_INVALID',
      path: text,
      message: expect.stringMatching(/^SESSION_FILE_INVALID: The file is not a session file\./),
    },
    {
      isKnown: true,
      code: 'SESSION_FILE_UNREADABLE',
      path: missing,
      message: expect.stringMatching(/ENOENT/),
    },
  ])
})

const CONSUMER = `
import { openSessionFile, openSessionFileAsync, SessionFileError } from 'jspi-inspector/session-file'
import type { SessionCall, SessionFile } from 'jspi-inspector/session-file'

export function sum(path: string): number {
  let file: SessionFile
  try {
    file = openSessionFile(path, { callMemoryBytes: 1e6 })
  } catch (thrown) {
    if (thrown instanceof SessionFileError && thrown.code === 'SESSION_FILE_NEWER') return -1
    throw thrown
  }
  let totalNs = 0
  for (const call of file.calls(1, file.callCount)) totalNs += guestOf(call) + call.params.length
  const first: SessionCall | undefined = file.call(1)
  const sha256: string = file.session.guest.sha256
  file.close()
  return totalNs + (first?.startNs ?? 0) + sha256.length
}

function guestOf(call: SessionCall): number {
  // @ts-expect-error An import has no part of the guest's.
  call.guestNs
  if (call.kind === 'import') return call.module.length
  return call.guestNs
}

export async function count(path: string, signal: { aborted: boolean; reason: unknown }): Promise<number> {
  const file = await openSessionFileAsync(path, { signal, onProgress: (done, all) => void (done / all) })
  return file.callCount
}

// @ts-expect-error There is no such setting.
openSessionFile('x', { memory: 1 })
// @ts-expect-error What was read is not written.
openSessionFile('x').callCount = 1
`

test('its declarations serve a strict consumer, with neither a page’s types nor Node’s', () => {
  writeFileSync(join(folder, 'consumer.mts'), CONSUMER)
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: 'nodenext',
    moduleResolution: 'nodenext',
    target: 'es2022',
    lib: ['es2022'],
    types: [],
    noEmit: true,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.mts'] }))
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  const run = () => execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
  expect(run()).toBe('')
})
