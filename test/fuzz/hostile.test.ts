import { describe, expect, test } from 'vitest'
import { createFolder, openText, startInspector, valueOf, waitFor } from '../support/inspector.ts'
import { checkError } from './check-error.ts'
import { HOSTILE_TEXTS } from './hostile-texts.ts'

const ASK = `export default (context) => ({ env: { ask: context.sync(() => 0) } })`

/** Calls `run`, or ends a session that does not start, and says what the user is told. */
async function provoke(name: keyof typeof HOSTILE_TEXTS): Promise<string> {
  const text = HOSTILE_TEXTS[name]
  const session = await openText(text, text.includes('"ask"') ? ASK : null, {
    traceLimitBytes: 4 * 1024 * 1024,
  })
  const { error, exports } = session.info
  if (error) {
    checkError(error)
    return `${error.code}: ${error.why}`
  }
  const called = exports.find((each) => each.name === 'run')!
  const argumentTexts = called.signature!.params.map(({ type }) => (type === 'externref' ? 'null' : '1'))
  const run = valueOf(
    session.inspector.service.startRun({
      sessionId: session.sessionId,
      exportName: 'run',
      argumentTexts,
      timeoutMs: 300,
    }),
  )
  const ended = await session.ended(run)
  if (ended.error) checkError(ended.error)
  const { droppedCount } = session.status()
  const results = ended.results?.map(({ value }) => value).join(', ')
  return (
    (ended.error ? `${ended.error.code}: ${ended.error.why}` : `returned ${results}`) +
    (droppedCount > 0 ? ' (cut)' : '')
  )
}

describe('a guest that asks for too much is explained, and the inspector goes on', () => {
  test.each<[keyof typeof HOSTILE_TEXTS, RegExp]>([
    ['growAtOnce', /^returned (1|-1)$/],
    ['growForEver', /^returned \d+$/],
    ['bornLarge', /^returned $/],
    ['recursion', /^GUEST_TRAPPED: Trap: stack overflow\.$/],
    ['hugeTable', /^returned -1$/],
    ['tooLargeTable', /^GUEST_MALFORMED: .*(table|initial|size)/i],
    // New memory can be slow.
    ['growingTable', /^returned \d+$|^CALL_TIMED_OUT: /],
    ['hugeArray', /^GUEST_TRAPPED: Trap: array too large\.$/],
    // What it calls is more than memory takes, and goes to disk.
    ['callingForEver', /^CALL_TIMED_OUT: .*(?<!cut\))$/],
    ['endless', /^CALL_TIMED_OUT: /],
    ['trappingStart', /^START_FAILED: Trap: out of bounds memory access\.$/],
    ['throwingStart', /^START_FAILED: The guest threw an exception/],
    ['recursiveStart', /^START_FAILED: Trap: stack overflow\.$/],
    ['manyExceptions', /^returned 1$/],
    ['manyInstancesOfMemory', /^returned $|^INSTANTIATE_FAILED: /],
  ])('%s', async (name, expected) => {
    expect(await provoke(name)).toMatch(expected)
  })

  test('a start function without end is ended on request', async () => {
    const folder = await createFolder({ 'guest.wat': HOSTILE_TEXTS.endlessStart })
    const inspector = startInspector()
    let sessionId: string | null = null
    inspector.subscribe({ sessionChanged: (session) => (sessionId = session.sessionId) })
    const opening = inspector.open({ path: `${folder}/guest.wat` })
    await waitFor('the session', () => sessionId)
    valueOf(await inspector.service.endSession({ sessionId: sessionId! }))
    expect(valueOf(await opening).state).toBe('ended')
  })
})
