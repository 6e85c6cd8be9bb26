import { describe, expect, test } from 'vitest'
import type { StackFrame } from '../../main/contract/model.ts'
import type { TestSession } from '../support/inspector.ts'
import { openExample, openText, valueOf } from '../support/inspector.ts'

function stackOf(session: TestSession, callId: number): StackFrame[] | null {
  return valueOf(session.inspector.service.readCall({ sessionId: session.sessionId, callId })).stack
}

/** The stack of the outermost call of a run. */
async function stackOfCall(session: TestSession, exportName: string, ...texts: string[]) {
  const run = await session.call(exportName, ...texts)
  return { run, stack: stackOf(session, run.callId!) }
}

const names = (stack: StackFrame[] | null) => stack?.map(({ functionName }) => functionName)

describe('the stack of a guest that fails', () => {
  test('names its functions after a resumption', async () => {
    const session = await openExample('fail-trap')
    const { stack } = await stackOfCall(session, 'trap_after_import')
    expect(names(stack)).toEqual(['inner', 'middle', 'outer', 'trap_after_import'])
  })

  test('is there for each kind of trap, with the offset of an instruction of the guest', async () => {
    const session = await openExample('fail-trap')
    for (const name of ['unreachable', 'divide_by_zero', 'memory_out_of_bounds', 'call_null']) {
      const { stack } = await stackOfCall(session, name)
      expect(names(stack)).toEqual([name])
    }
    const { stack } = await stackOfCall(session, 'recurse')
    expect(stack!.length).toBeGreaterThan(20)
    expect(new Set(names(stack))).toEqual(new Set(['recurse']))
  })
})
