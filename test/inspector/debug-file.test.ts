/** Debug information that is not in the guest's own file: found, given, refused. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CallDetail } from '../../main/contract/calls.ts'
import type { FileReference } from '../../main/contract/service.ts'
import { buildId, extractDebug, namesDebugFile, readShapes, stripShapes } from '../support/debug-files.ts'
import { createFolder, errorOf, startInspector, TestSession, valueOf } from '../support/inspector.ts'
import { parseLines, exportLines } from '../trace/trace-lines.ts'

const NAMED = namesDebugFile('../elsewhere/shapes.debug.wasm')

/** Opens `shapes.wasm` in a folder with other files in it, and has it trap. */
async function trap(files: Record<string, Uint8Array>) {
  const folder = await createFolder(files)
  const inspector = startInspector()
  const opened = await inspector.open({ path: join(folder, 'shapes.wasm'), stubUnbound: true })
  const session = new TestSession(inspector, valueOf(opened))
  await session.call('run', '13')
  return { folder, session }
}

function give(session: TestSession, file: FileReference | null) {
  return session.inspector.service.setDebugFile({ sessionId: session.sessionId, file })
}

function readCall({ inspector, sessionId }: TestSession): CallDetail {
  return valueOf(inspector.service.readCall({ sessionId, callId: 1 }))
}

/** The innermost function, and its line. */
function readTop(session: TestSession) {
  const [top] = readCall(session).stack!
  return [top!.functionName, top!.line]
}

const WITH_LINES = ['shapes::Square<int>::area', 15]
const WITHOUT_LINES = ['function 1', undefined]

describe('a file that the guest names', () => {
  test('is used where it lies beside the guest, whatever folder is named', async () => {
    const { session } = await trap({ 'shapes.wasm': stripShapes(NAMED), 'shapes.debug.wasm': readShapes() })
    expect(readTop(session)).toEqual(WITH_LINES)
    expect(readCall(session).debug).toEqual({ source: 'named', fileName: 'shapes.debug.wasm', error: null })
  })

  test('is said to be missing, and can be given by path or by its bytes', async () => {
    const { folder, session } = await trap({ 'shapes.wasm': stripShapes(NAMED), 'other.wasm': readShapes() })
    expect(readTop(session)).toEqual(WITHOUT_LINES)
    const missing = readCall(session).debug
    expect(missing).toMatchObject({ source: 'none', fileName: 'shapes.debug.wasm' })
    expect(missing!.error).toMatchObject({
      code: 'DEBUG_FILE_UNREADABLE',
      why: 'The guest names “shapes.debug.wasm”, and there is no such file beside it.',
    })

    const path = join(folder, 'other.wasm')
    expect(valueOf(await give(session, { path })).debugFile).toEqual({ name: 'other.wasm', path })
    expect(session.info.debugFile?.path).toBe(path)
    // Of a call that was recorded before, too.
    expect(readTop(session)).toEqual(WITH_LINES)
    expect(readCall(session).debug).toEqual({ source: 'given', fileName: 'other.wasm', error: null })

    expect(valueOf(await give(session, null)).debugFile).toBeNull()
    expect(readTop(session)).toEqual(WITHOUT_LINES)

    valueOf(await give(session, { name: '../up.wasm', bytes: readShapes() }))
    expect(readTop(session)).toEqual(WITH_LINES)
    expect(session.info.debugFile?.name).toBe('up.wasm')
  })

  test.each([
    ['is no module', Uint8Array.of(1, 2, 3), 'DEBUG_FILE_INVALID'],
    ['is about another build', extractDebug(buildId(9)), 'DEBUG_FILE_MISMATCH'],
  ])('is left out where it %s, which is said', async (_, bytes, code) => {
    const guest = stripShapes(NAMED, buildId(1))
    const { session } = await trap({ 'shapes.wasm': guest, 'shapes.debug.wasm': bytes })
    expect(readTop(session)).toEqual(WITHOUT_LINES)
    expect(readCall(session).debug).toMatchObject({ source: 'none', error: { code } })
  })

  test('is not looked for where the guest has the debug information itself', async () => {
    const { session } = await trap({ 'shapes.wasm': readShapes() })
    expect(readCall(session).debug).toEqual({ source: 'guest', fileName: null, error: null })
  })
})

describe('a file that is given', () => {
  const guest = { 'shapes.wasm': stripShapes() }

  test('is the build from before a guest was stripped, which names none', async () => {
    const { session } = await trap(guest)
    expect(readCall(session).debug).toEqual({ source: 'none', fileName: null, error: null })
    valueOf(await give(session, { name: 'unstripped.wasm', bytes: readShapes() }))
    expect(readTop(session)).toEqual(WITH_LINES)
  })

  test.each([
    ['without a build id', [], []],
    ['with the same build id', [buildId(1, 2)], [buildId(1, 2)]],
    ['where only one has a build id', [], [buildId(1, 2)]],
  ])('may have no code, %s', async (_, ofGuest, ofFile) => {
    const { session } = await trap({ 'shapes.wasm': stripShapes(...ofGuest) })
    valueOf(await give(session, { name: 'debug.wasm', bytes: extractDebug(...ofFile) }))
    expect(readTop(session)).toEqual(WITH_LINES)
  })

  test('is used after a reload, unless the guest is another by then, which is said', async () => {
    const { folder, session } = await trap(guest)
    valueOf(await give(session, { name: 'unstripped.wasm', bytes: readShapes() }))
    const reload = async () => {
      valueOf(await session.inspector.service.reloadSession({ sessionId: session.sessionId }))
      await session.call('run', '13')
    }
    await reload()
    expect(readTop(session)).toEqual(WITH_LINES)
    await writeFile(join(folder, 'shapes.wasm'), changeCode(stripShapes()))
    await reload()
    expect(readTop(session)).toEqual(WITHOUT_LINES)
    expect(readCall(session).debug).toMatchObject({ source: 'none', error: { code: 'DEBUG_FILE_MISMATCH' } })
  })

  test('gives the lines of an export', async () => {
    const { session } = await trap(guest)
    const streamed: string[] = []
    session.inspector.streamTrace(session.sessionId, (lines) => streamed.push(lines))
    expect(exportLines(session)[0]!.stack![0]).toEqual({ offset: expect.any(Number), function: null })
    valueOf(await give(session, { name: 'unstripped.wasm', bytes: readShapes() }))
    const [top] = exportLines(session)[0]!.stack!
    expect(top).toMatchObject({
      function: 'shapes::Square<int>::area',
      file: 'shapes.cc',
      line: 15,
      inlined: true,
    })
    await session.call('run', '13')
    const [last] = parseLines(streamed.join('')).slice(-1)
    expect(last!.stack![0]).toEqual(top)
  })

  test.each<[string, Uint8Array, string, RegExp]>([
    ['is no module', Uint8Array.of(1, 2, 3, 4), 'DEBUG_FILE_INVALID', /01 02 03 04/],
    ['is empty', Uint8Array.of(), 'DEBUG_FILE_INVALID', /0 bytes/],
    ['is cut off', readShapes().subarray(0, 600), 'DEBUG_FILE_INVALID', /./],
    ['has no debug information', stripShapes(), 'DEBUG_FILE_INVALID', /\.debug_info/],
    ['has another build id', extractDebug(buildId(0xab, 2)), 'DEBUG_FILE_MISMATCH', /is ab02; .* 0102\./],
    [
      'has more code',
      Uint8Array.from([...extractDebug(), ...codeSection(9)]),
      'DEBUG_FILE_MISMATCH',
      /has 9 bytes; that of the guest has \d+\./,
    ],
    ['has other code', changeCode(readShapes()), 'DEBUG_FILE_MISMATCH', /as long .* differs/],
  ])('is refused where it %s, and what there was stays', async (_, bytes, code, why) => {
    const { session } = await trap({ 'shapes.wasm': stripShapes(buildId(1, 2)) })
    valueOf(await give(session, { name: 'unstripped.wasm', bytes: readShapes() }))
    const error = errorOf(await give(session, { name: 'wrong.wasm', bytes }))
    expect(error.code).toBe(code)
    expect(error.why).toMatch(why)
    expect(session.info.debugFile?.name).toBe('unstripped.wasm')
    expect(readTop(session)).toEqual(WITH_LINES)
  })

  test('is refused where it cannot be read', async () => {
    const { folder, session } = await trap(guest)
    await mkdir(join(folder, 'folder.wasm'))
    const giveFile = async (name: string) => errorOf(await give(session, { path: join(folder, name) }))
    expect(await giveFile('missing.wasm')).toMatchObject({
      code: 'DEBUG_FILE_UNREADABLE',
      why: 'It does not exist.',
      location: { file: join(folder, 'missing.wasm') },
    })
    expect(await giveFile('folder.wasm')).toMatchObject({
      code: 'DEBUG_FILE_UNREADABLE',
      why: 'It is no file.',
    })
  })
})

/** A module like this one in which `run` adds 3 instead of 2 at its end. */
function changeCode(module: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(module)
  const at = Buffer.from(bytes).indexOf(Buffer.of(0x41, 2, 0x6a, 0x0b))
  if (at < 0) throw new Error('The code has no such place.')
  bytes[at + 1]! ^= 1
  return bytes
}

function codeSection(sizeBytes: number): number[] {
  return [10, sizeBytes, ...new Uint8Array(sizeBytes)]
}
