/** What readings make of real calls: as it was at entry, and as it was right before the guest went on. */
import { expect, test } from 'vitest'
import type { ImportInfo } from '../../main/contract/guests.ts'
import type { DecodedReading } from '../../main/contract/values.ts'
import type { TestSession } from '../support/inspector.ts'
import { errorOf, openText, valueOf, waitFor } from '../support/inspector.ts'
import { exportLines, findProblems } from '../trace/trace-lines.ts'

/** Calls `env.f` with two numbers; its memory has a text at 16. */
const TEXT_GUEST = `(module
  (import "env" "f" (func $f (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "hello\\00world")
  (func (export "run") (param i32 i32) (result i32) (call $f (local.get 0) (local.get 1))))`

function decodedOf({ inspector, sessionId }: TestSession, callId: number): DecodedReading[] {
  return valueOf(inspector.service.readCall({ sessionId, callId })).decoded
}

/** Gives `env.f` other readings. */
function setReadings(session: TestSession, readings: string | null): void {
  const { inspector, sessionId } = session
  valueOf(inspector.service.setReadings({ sessionId, module: 'env', name: 'f', readings }))
}

/** Runs an export, and gives what was read of the call that it made. */
async function readCall(
  session: TestSession,
  exportName: string,
  ...args: string[]
): Promise<DecodedReading[]> {
  const run = await session.call(exportName, ...args)
  expect(run.error).toBeNull()
  return decodedOf(session, run.callId! + 1)
}

function importOf(session: TestSession): ImportInfo {
  return session.info.imports[0]!
}

test('the value is kept as it was at entry, whatever the handler writes later', async () => {
  const session = await openText(
    TEXT_GUEST,
    `export default ({ reads, write }) => ({ env: { f: reads('utf8(0, 1)', async (address) => {
      write.utf8(address, 'XXXXX')
      await null
      write.utf8(address, 'YYYYY')
      return 7
    }) } })`,
  )
  expect(importOf(session).readings).toEqual({ text: 'utf8(0, 1)', by: 'host' })
  expect(await readCall(session, 'run', '16', '5')).toEqual([
    { type: 'utf8', value: 'hello', sizeBytes: 5, address: '0x10', readAt: 'entry', params: [0, 1] },
  ])
  expect(session.rows()[1]!.decodedTexts).toEqual([{ readAt: 'entry', params: [0, 1], text: '"hello"' }])
  expect(session.rows()[0]!.decodedTexts).toBeUndefined()
  expect(await readCall(session, 'run', '16', '5')).toMatchObject([{ value: 'YYYYY' }])
})

test.each(['sync(', 'async '])('out-parameters are read when the handler is done: %s', async (kind) => {
  const handler =
    kind === 'sync('
      ? `sync((address) => { write.utf8(address, 'out!'); return 4 })`
      : `async (address) => { await null; write.utf8(address, 'out!'); return 4 }`
  const session = await openText(
    TEXT_GUEST,
    `export default ({ reads, sync, write }) => ({ env: { f: reads('cstring(0), out text: utf8(0, result), u32(result)', ${handler}) } })`,
  )
  expect(await readCall(session, 'run', '16', '0')).toEqual([
    { type: 'cstring', value: 'hello', sizeBytes: 5, address: '0x10', readAt: 'entry', params: [0] },
    {
      type: 'utf8',
      value: 'out!',
      sizeBytes: 4,
      address: '0x10',
      readAt: 'return',
      params: [0],
      name: 'text',
    },
    { type: 'u32', value: 4, readAt: 'return', params: [], result: 0 },
  ])
})

test('overlapping calls each read their own, and no later than their own guest goes on', async () => {
  // The guest writes over its buffer as soon as it goes on.
  const session = await openText(
    `(module
      (import "env" "f" (func $f (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "run") (param $at i32) (param $ms i32) (result i32)
        (local $result i32)
        (local.set $result (call $f (local.get $at) (local.get $ms)))
        (memory.fill (local.get $at) (i32.const 0x2d) (i32.const 8))
        (local.get $result)))`,
    `import { setTimeout as sleep } from 'node:timers/promises'
    export default ({ reads, write }) => ({ env: { f: reads('out utf8(0, result)', async (address, ms) => {
      write.utf8(address, 'early' + ms)
      await sleep(ms)
      return write.utf8(address, 'late' + ms)
    }) } })`,
  )
  const { inspector, sessionId } = session
  valueOf(inspector.service.setInterleaved({ sessionId, interleaved: true }))
  // All of them in the same place.
  const runs = [30, 5, 20, 12].map((ms) => session.start('run', '64', String(ms)))
  const ended = await Promise.all(runs.map((run) => session.ended(run)))
  expect(ended.map(({ results }) => results?.[0]?.value)).toEqual([6, 5, 6, 6])
  const read = session.rows().filter(({ kind }) => kind === 'import')
  expect(read.map(({ id }) => decodedOf(session, id).map(({ value }) => value))).toEqual([
    ['late30'],
    ['late5'],
    ['late20'],
    ['late12'],
  ])
})

test('a memory that grows while the guest is suspended is read as it is then', async () => {
  const session = await openText(
    TEXT_GUEST,
    `export default (context) => ({ env: { f: context.reads('out utf8(0, 1)', async (address) => {
      await null
      context.memory.grow(1)
      context.write.utf8(address, 'grown')
      return 0
    }) } })`,
  )
  expect(await readCall(session, 'run', '70000', '5')).toMatchObject([{ value: 'grown', address: '0x11170' }])
})

test('a call that fails has what was read at entry, and nothing of its return', async () => {
  const session = await openText(
    TEXT_GUEST,
    `export default ({ reads }) => ({ env: { f: reads('utf8(0, 1), out utf8(0, 1)', async () => { throw new Error('no') }) } })`,
  )
  const run = await session.call('run', '16', '5')
  expect(run.state).toBe('threw')
  expect(decodedOf(session, 2)).toMatchObject([{ readAt: 'entry', value: 'hello' }])
})

test.each([
  ['utf8(0, 1)', ['65530', '7'], '7 bytes at 0xfffa lie outside of memory, which has 65,536 bytes.'],
  ['utf8(0, 1)', ['-1', '1'], '1 byte at 0xffffffff lie outside of memory, which has 65,536 bytes.'],
  ['utf8(0, 1)', ['0', '-1'], '4,294,967,295 bytes at 0x0 lie outside of memory, which has 65,536 bytes.'],
  ['cstring(0)', ['-5', '0'], '1 byte at 0xfffffffb lie outside of memory, which has 65,536 bytes.'],
  [
    'struct(0) { a: u8, b: u64 }',
    ['65529', '0'],
    '16 bytes at 0xfff9 lie outside of memory, which has 65,536 bytes.',
  ],
  [
    'array(0, 1) f64',
    ['0', '-1'],
    '34,359,738,360 bytes at 0x0 lie outside of memory, which has 65,536 bytes.',
  ],
  ['utf8(*0, 1)', ['65534', '0'], 'There is nothing at 0xfffe, where its address or length should be.'],
  ['bytes(0, *1)', ['0', '-9'], 'There is nothing at 0xfffffff7, where its address or length should be.'],
])('%s of %j is a problem, and none of the guest’s', async (readings, args, problem) => {
  const session = await openText(TEXT_GUEST, 'export default { env: { f: () => 1 } }')
  setReadings(session, readings)
  expect(await readCall(session, 'run', ...args)).toMatchObject([{ value: null, problem }])
  expect(findProblems(exportLines(session))).toEqual([])
})

test('a text that does not end, and one that is no UTF-8', async () => {
  const session = await openText(
    `(module
      (import "env" "f" (func $f (param i32 i32) (result i32)))
      (memory (export "memory") 2)
      (data (i32.const 16) "a\\ff\\c3\\28\\ef\\bb\\bf")
      (func (export "fill") (memory.fill (i32.const 60000) (i32.const 0x61) (i32.const 71072)))
      (func (export "run") (param i32 i32) (result i32) (call $f (local.get 0) (local.get 1))))`,
    'export default { env: { f: () => 1 } }',
  )
  setReadings(session, 'cstring(0), utf8(0, 1)')
  await session.call('fill')
  expect(await readCall(session, 'run', '131000', '0')).toMatchObject([
    { value: 'a'.repeat(72), problem: 'There is no zero byte up to the end of memory.' },
    { value: '' },
  ])
  expect((await readCall(session, 'run', '60000', '0'))[0]).toMatchObject({
    value: 'a'.repeat(4096),
    omitted: 65_536 - 4096,
    problem: 'There is no zero byte up to 65,536 bytes.',
  })
  const malformed = await readCall(session, 'run', '16', '7')
  expect(malformed[1]).toEqual({
    type: 'utf8',
    value: 'a\ufffd\ufffd(\ufeff',
    malformed: '61ffc328efbbbf',
    sizeBytes: 7,
    address: '0x10',
    readAt: 'entry',
    params: [0, 1],
  })
})

test('what is kept of a call is limited, whole characters, and it says how much there was', async () => {
  const session = await openText(
    `(module
      (import "env" "f" (func $f (param i32 i32) (result i32)))
      (memory (export "memory") 2)
      (func (export "run") (param $count i32) (param $from i32) (result i32)
        (local $at i32)
        (loop $again
          ;; The three bytes of the euro sign, again and again.
          (i32.store (i32.add (local.get $at) (i32.const 1)) (i32.const 0xac82e2))
          (local.set $at (i32.add (local.get $at) (i32.const 3)))
          (br_if $again (i32.lt_u (local.get $at) (i32.const 12000))))
        (call $f (i32.const 1) (local.get $count))))`,
    'export default { env: { f: () => 1 } }',
  )
  setReadings(session, 'utf8(0, 1), u32(*0)')
  const [text, number] = await readCall(session, 'run', '12000', '0')
  expect(text).toMatchObject({ value: '€'.repeat(1365), sizeBytes: 12_000, omitted: 12_000 - 4095 })
  expect(text).not.toHaveProperty('malformed')
  expect(number).toMatchObject({ value: null, problem: 'More of this call is not kept.' })
  setReadings(session, 'array(0, 1) u16')
  const [list] = await readCall(session, 'run', '1000', '0')
  expect(list!.items).toHaveLength(255)
  expect(list!.omitted).toBe(745)
})

test('structs, lists of texts, enums and pointers to pointers, as WASI passes them', async () => {
  const session = await openText(
    `(module
      (import "env" "f" (func $f (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 64) "hello, world")
      ;; Two texts: (64, 7) and (71, 5).
      (data (i32.const 128) "\\40\\00\\00\\00\\07\\00\\00\\00\\47\\00\\00\\00\\05\\00\\00\\00")
      ;; { tag: u8, x: f64, kind: enum u16, ok: bool, id: u8[2] }
      (data (i32.const 256) "\\09aaaaaaa\\00\\00\\00\\00\\00\\00\\f8\\3f\\02\\00\\01\\0a\\ff")
      (func (export "run") (param i32 i32) (result i32) (call $f (local.get 0) (local.get 1))))`,
    'export default { env: { f: () => 8 } }',
  )
  setReadings(session, 'array(0, 1) utf8, out u32(*0), enum(result) { 0: success, 8: badf }')
  const call = await readCall(session, 'run', '128', '2')
  expect(call).toMatchObject([
    { type: 'array', items: [{ value: 'hello, ', address: '0x40' }, { value: 'world' }], params: [0, 1] },
    { readAt: 'return', type: 'u32', value: 64, address: '0x80' },
    { readAt: 'return', type: 'enum', value: 8, symbol: 'badf', result: 0 },
  ])
  expect(session.rows()[1]!.decodedTexts!.map(({ text }) => text)).toEqual([
    '["hello, ", "world"]',
    '64',
    'badf',
  ])

  setReadings(
    session,
    'struct(0) { tag: u8, x: f64, kind: enum u16 { 2: two }, ok: bool, id: u8[2] }, bool(1)',
  )
  await readCall(session, 'run', '256', '0')
  expect(
    session
      .rows()
      .at(-1)!
      .decodedTexts!.map(({ text }) => text),
  ).toEqual(['{ tag: 9, x: 1.5, kind: two, ok: true, id: <0a ff> }', 'false'])
  setReadings(session, 'utf8(*0, *1), ptr(0), i8(1)')
  await readCall(session, 'run', '128', '132')
  expect(
    session
      .rows()
      .at(-1)!
      .decodedTexts!.map(({ text }) => text),
  ).toEqual(['"hello, "', '0x80', '-124'])
  expect(findProblems(exportLines(session))).toEqual([])
})

test('a memory with addresses of 64 bits', async () => {
  const session = await openText(
    `(module
      (import "env" "f" (func $f (param i64 i64) (result i64)))
      (memory (export "memory") i64 1)
      (data (i64.const 64) "hello")
      (data (i64.const 128) "\\40\\00\\00\\00\\00\\00\\00\\00\\05\\00\\00\\00\\00\\00\\00\\00")
      (func (export "run") (param i64 i64) (result i64) (call $f (local.get 0) (local.get 1))))`,
    'export default { env: { f: () => -1n } }',
  )
  setReadings(session, 'utf8(0, 1), u64(result), i64(result)')
  expect(await readCall(session, 'run', '64', '5')).toMatchObject([
    { value: 'hello', address: '0x40' },
    { value: '18446744073709551615' },
    { value: '-1' },
  ])
  expect(await readCall(session, 'run', '-8', '5')).toMatchObject([{ value: null }, {}, {}])
  setReadings(session, 'array(0, 1) utf8, utf8(*0, 1)')
  expect(await readCall(session, 'run', '128', '1')).toMatchObject([
    { items: [{ value: 'hello' }] },
    { value: 'h' },
  ])
})

test('readings are changed while a guest runs, for the calls that begin later, and outlive a reload', async () => {
  const session = await openText(
    `(module
      (import "env" "f" (func $f (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 16) "hello")
      (func (export "run") (loop $again (br_if $again (call $f (i32.const 16) (i32.const 5))))))`,
    `import { setTimeout as sleep } from 'node:timers/promises'
     export default ({ reads }) => ({ env: { f: reads('u32(1)', async () => { await sleep(1); return 1 }) } })`,
  )
  session.start('run')
  await waitFor('calls', () => session.status().callCount > 5)
  setReadings(session, 'utf8(0, 1)')
  expect(importOf(session).readings).toEqual({ text: 'utf8(0, 1)', by: 'user' })
  await waitFor('the new reading', () => session.rows().at(-1)!.decodedTexts?.[0]?.text === '"hello"')
  expect(session.rows()[1]!.decodedTexts![0]!.text).toBe('5')
  // What takes them away gives the host module's back; an empty text reads nothing.
  setReadings(session, '')
  await waitFor('calls without', () => session.rows().at(-1)!.decodedTexts === undefined)
  setReadings(session, null)
  await waitFor("the host module's", () => session.rows().at(-1)!.decodedTexts?.[0]?.text === '5')

  setReadings(session, 'cstring(0)')
  await session.inspector.service.reloadSession({ sessionId: session.sessionId })
  expect(importOf(session).readings).toEqual({ text: 'cstring(0)', by: 'user' })
  session.start('run')
  await waitFor('a call', () => session.rows()[1]?.decodedTexts?.[0]?.text === '"hello"')
})

test('what does not fit is refused with the place, and what was set stays', async () => {
  const session = await openText(TEXT_GUEST, 'export default { env: { f: () => 1 } }')
  setReadings(session, 'utf8(0, 1)')
  const { inspector, sessionId } = session
  const set = (name: string, readings: string) =>
    errorOf(inspector.service.setReadings({ sessionId, module: 'env', name, readings }))
  expect(set('f', 'u32(0),\nutf8(0, 2)')).toMatchObject({
    code: 'READING_INVALID',
    why: 'env.f: Character 17: The import has 2 parameters; the first is 0.',
    cause: 'utf8(0, 2)\n        ^',
  })
  expect(set('g', 'utf8(0, 1)')).toMatchObject({ why: 'The guest imports no function env.g.' })
  expect(await readCall(session, 'run', '16', '5')).toMatchObject([{ value: 'hello' }])
})

test('what a host module declares wrongly is a warning with its line; the calls go on', async () => {
  const session = await openText(
    TEXT_GUEST,
    `export default ({ reads }) => ({ env: {\n  f: reads('utf8(0, size)', () => 1),\n} })`,
  )
  expect(session.info.warnings).toMatchObject([
    { code: 'READING_INVALID', location: { file: session.info.host!.path, line: 2 } },
  ])
  expect(await readCall(session, 'run', '16', '5')).toEqual([])
})

test('a start function, and a command whose calls each have a memory of their own', async () => {
  const host = `export default ({ reads }) => ({ env: { f: reads('utf8(0, 1)', async () => 1) } })`
  const starting = await openText(
    TEXT_GUEST.replace(
      '(func (export "run")',
      '(start $go) (func $go (drop (call $f (i32.const 16) (i32.const 3)))) (func (export "run")',
    ),
    host,
  )
  expect(decodedOf(starting, 2)).toMatchObject([{ value: 'hel' }])
  const command = await openText(
    TEXT_GUEST.replace(
      '(func (export "run")',
      '(func (export "_start") (drop (call $f (i32.const 22) (i32.const 5)))) (func (export "run")',
    ),
    host,
  )
  expect(await readCall(command, '_start')).toMatchObject([{ value: 'world' }])
})

test('a guest that shows no memory is read in the first of those that it hides', async () => {
  const session = await openText(
    TEXT_GUEST.replace('(memory (export "memory") 1)', '(memory 1) (memory 2)'),
    `export default (context) => ({ env: { f: context.reads('utf8(0, 1), out utf8(0, result)', () => {
      try { return context.memory.buffer.byteLength } catch { return 2 }
    }) } })`,
  )
  expect(await readCall(session, 'run', '16', '5')).toMatchObject([
    { value: 'hello', readAt: 'entry' },
    { value: 'he', readAt: 'return' },
  ])
  const other = await openText(
    TEXT_GUEST.replace('(memory (export "memory") 1)', '(memory 1) (memory (export "shown") 1)'),
    `export default ({ reads }) => ({ env: { f: reads('bytes(0, 1)', () => 0) } })`,
  )
  expect(await readCall(other, 'run', '16', '2')).toMatchObject([{ value: '0000' }])
})

test('a guest without a memory says so', async () => {
  const session = await openText(
    '(module (import "env" "f" (func $f (param i32 i32))) (func (export "run") (call $f (i32.const 1) (i32.const 1))))',
    null,
    { stubUnbound: true },
  )
  setReadings(session, 'utf8(0, 1), u32(0)')
  expect(await readCall(session, 'run')).toMatchObject([
    { value: null, problem: 'The guest has no memory.' },
    { value: 1 },
  ])
})

/** Calls `env.f` `count` times, with the text at 1024 and another number each time. */
const CHATTY_GUEST = `(module
  (import "env" "f" (func $f (param i32 i32 i32)))
  (import "env" "g" (func $g (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "a line of text\\n")
  (func (export "text") (param $count i32)
    (loop $again
      (call $f (i32.const 1024) (i32.and (local.get $count) (i32.const 15)) (local.get $count))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $again (local.get $count))))
  (func (export "numbers") (param $a i32) (param $b i32) (call $g (local.get $a) (local.get $b))))`
const CHATTY_HOST = 'export default { env: { f() {}, g() {} } }'

test('what has pointed at text is offered, not assumed, and gone once there are readings', async () => {
  const session = await openText(CHATTY_GUEST, CHATTY_HOST)
  await session.call('text', '40')
  await waitFor('the offer', () => importOf(session).suggestion === 'utf8(0, 1)')
  expect(session.rows().every(({ decodedTexts }) => decodedTexts === undefined)).toBe(true)
  setReadings(session, 'utf8(0, 1)')
  expect(importOf(session).suggestion).toBeUndefined()
  await session.call('text', '15')
  expect(session.rows().find(({ parent }) => parent === 42)!.decodedTexts![0]!.text).toBe(
    '"a line of text\n"',
  )
  setReadings(session, null)
  expect(importOf(session).suggestion).toBe('utf8(0, 1)')
  await session.inspector.service.reloadSession({ sessionId: session.sessionId })
  expect(importOf(session).suggestion).toBeUndefined()
})

test.each([
  ['zeros where they point', [['2000', '5']]],
  ['no text by two letters alone', [['1024', '2']]],
  ['beyond memory', [['65530', '100']]],
  ['negative', [['-1', '-1']]],
  [
    'text, and then none',
    [
      ['1024', '10'],
      ['1024', '3000'],
    ],
  ],
])('numbers that look like a text are not offered: %s', async (_what, calls) => {
  const session = await openText(CHATTY_GUEST, CHATTY_HOST)
  for (const args of calls) await session.call('numbers', ...args)
  // A later message of the same worker: what it offered before has arrived.
  await session.call('text', '20')
  await waitFor('the other offer', () => importOf(session).suggestion)
  expect(session.info.imports[1]!.suggestion).toBeUndefined()
})

test('only the first calls are looked at', async () => {
  const session = await openText(CHATTY_GUEST, CHATTY_HOST)
  for (let count = 0; count < 16; count++) await session.call('numbers', '1024', '0')
  await session.call('numbers', '1024', '10')
  await session.call('text', '20')
  await waitFor('the other offer', () => importOf(session).suggestion)
  expect(session.info.imports[1]!.suggestion).toBeUndefined()
})
