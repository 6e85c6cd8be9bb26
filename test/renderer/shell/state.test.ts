import { beforeEach, expect, test } from 'vitest'
import type { ImportInfo } from '../../../main/contract/guests.ts'
import { describeBinding, explainBinding, zeroStub } from '../../../renderer/state/bindings.ts'
import { commandForKey, runCommand, useCommand } from '../../../renderer/state/commands.ts'
import { layout, restoreLayout, togglePane } from '../../../renderer/state/layout.ts'
import { dismissProblem, problems, reportProblem } from '../../../renderer/state/problems.ts'
import { isExamplePath } from '../../../renderer/state/sessions.ts'
import { effectScope } from 'vue'
import { makeError } from '../../../main/contract/error-codes.ts'
import { startInspector, valueOf } from '../../support/inspector.ts'

beforeEach(() => {
  for (const problem of problems.value) dismissProblem(problem.id)
})

test('a saved layout is taken over as far as it fits', () => {
  restoreLayout({ sidebarWidth: 300, detailVisible: false, panelHeight: true, unknown: 4, constructor: 1 })
  expect(layout).toMatchObject({ sidebarWidth: 300, detailVisible: false, panelHeight: 200 })
  expect(Object.keys(layout)).not.toContain('unknown')
  expect(Object.hasOwn(layout, 'constructor')).toBe(false)
  togglePane('detail')
  expect(layout.detailVisible).toBe(true)
})

test('the same problem counts up, another is one more, the oldest give way', () => {
  const error = makeError('GUEST_EMPTY', { why: 'a.wasm' })
  reportProblem(error)
  reportProblem({ ...error })
  expect(problems.value).toMatchObject([{ count: 2 }])
  for (const name of ['b', 'c', 'd', 'e', 'f']) reportProblem(makeError('GUEST_EMPTY', { why: name }))
  expect(problems.value.map(({ error }) => error.why)).toEqual(['b', 'c', 'd', 'e', 'f'])
})

test('a command reaches the component that can carry it out, while it is there', () => {
  const ran: string[] = []
  const scope = effectScope()
  scope.run(() => useCommand('run', () => ran.push('first')))
  runCommand('run')
  scope.run(() => useCommand('run', () => ran.push('second')))
  runCommand('run')
  scope.stop()
  runCommand('run')
  expect(ran).toEqual(['first', 'second'])
})

test.each([
  [{ key: 'Enter', ctrlKey: true }, 'run'],
  [{ key: 'o', ctrlKey: true }, 'open-files'],
  [{ key: 'O', ctrlKey: true, shiftKey: true }, null],
  [{ key: 'R', ctrlKey: true, shiftKey: true }, 'reload-session'],
  [{ key: 'r', ctrlKey: true }, null],
  [{ key: '.', code: 'Period', ctrlKey: true }, 'cancel-run'],
  [{ key: '>', code: 'Period', ctrlKey: true, shiftKey: true }, 'end-session'],
  [{ key: 'o' }, null],
  [{ key: 'o', ctrlKey: true, altKey: true }, null],
])('the keys %j mean %s', (keys, command) => {
  const event = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...keys }
  expect(commandForKey(event as KeyboardEvent)).toBe(command)
})

test('an example is known by its folder, on every platform', () => {
  expect(isExamplePath('/opt/inspector/guests/sum/sum.wasm', 'sum')).toBe(true)
  expect(isExamplePath('C:\\inspector\\guests\\sum\\sum.wasm', 'sum')).toBe(true)
  expect(isExamplePath('/opt/inspector/guests/sum/sum.wasm', 'su')).toBe(false)
  expect(isExamplePath('/home/sum/sum.wasm', 'sum')).toBe(false)
})

test('each binding is described in a few words and explained in a sentence', () => {
  const stub = { kind: 'return', values: ['0', '1'], delayMs: 20 } as const
  const bindings = [
    { by: 'nobody' },
    { by: 'host', suspending: true, file: '/a/host.ts', line: 6 },
    { by: 'host', suspending: false, file: 'C:\\a\\host.ts' },
    { by: 'stub', stub: { ...stub, values: ['0', '1'] } },
    { by: 'stub', stub: { kind: 'throw', message: 'no', delayMs: 0 } },
    { by: 'inspector' },
  ] as const
  expect(bindings.map((binding) => describeBinding(binding as ImportInfo['binding']))).toEqual([
    'unbound',
    'host.ts · async',
    'host.ts · sync',
    'stub · 0, 1 after 20 ms',
    'stub · throws',
    'made to fit',
  ])
  for (const binding of bindings) expect(explainBinding(binding as ImportInfo['binding'])).toMatch(/\S/)
})

test('stubs of zeros bind every import that nobody binds', async () => {
  const { service } = startInspector()
  const opened = valueOf(await service.openExample({ name: 'fail-unbound' }))
  expect(opened.state).toBe('unbound')
  const unbound = opened.imports.filter(({ binding }) => binding.by === 'nobody')
  expect(unbound.length).toBeGreaterThan(1)
  let session = opened
  for (const item of unbound) {
    const { module, name } = item
    session = valueOf(
      await service.setStub({ sessionId: opened.sessionId, module, name, stub: zeroStub(item) }),
    )
  }
  expect(session.state).toBe('ready')
})
