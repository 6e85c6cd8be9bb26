/** What the desktop reads from its own start, and from a second one. */
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseLaunchArguments } from '../../main/electron/launch-arguments.ts'
import { parseOpenRequests } from '../../main/electron/open-requests.ts'

const FOLDER = resolve('/work')
const inFolder = (name: string) => resolve(FOLDER, name)

describe('launch arguments', () => {
  test.each<[texts: string[], expected: { path: string; hostPath?: string; keepsNewest?: boolean }[]]>([
    [[], []],
    [['a.wasm'], [{ path: inFolder('a.wasm') }]],
    [
      ['a.wasm', 'b.wat'],
      [{ path: inFolder('a.wasm') }, { path: inFolder('b.wat') }],
    ],
    [['a.wasm', '--host', 'h.ts'], [{ path: inFolder('a.wasm'), hostPath: inFolder('h.ts') }]],
    [['--host=h.ts', 'a.wasm'], [{ path: inFolder('a.wasm'), hostPath: inFolder('h.ts') }]],
    [['--no-sandbox', '--inspect=0', '-psn_0_1', 'a.wasm', ''], [{ path: inFolder('a.wasm') }]],
    [
      ['--', '--host', '-a.wasm'],
      [{ path: inFolder('--host') }, { path: inFolder('-a.wasm') }],
    ],
    [['--keep-newest', 'a.wasm'], [{ path: inFolder('a.wasm'), keepsNewest: true }]],
    [['a.wasm', '--host'], [{ path: inFolder('a.wasm') }]],
  ])('%j', (texts, expected) => {
    expect(parseLaunchArguments(texts, FOLDER)).toEqual(expected)
  })
})

describe('what a second start passes on', () => {
  test('is taken when it has the right shape', () => {
    const requests = [
      { path: '/a.wasm', hostPath: '/h.ts' },
      { path: '/b.wasm', keepsNewest: true },
    ]
    expect(parseOpenRequests({ requests })).toEqual(requests)
    expect(parseOpenRequests({ requests: [] })).toEqual([])
  })

  test.each([
    [null],
    [undefined],
    ['/a.wasm'],
    [{}],
    [{ requests: '/a.wasm' }],
    [{ requests: [{}] }],
    [{ requests: [{ path: '' }] }],
    [{ requests: [{ path: 5 }] }],
    [{ requests: [{ path: '/a.wasm', trustHost: true }] }],
    [{ requests: [{ path: 'a'.repeat(5000) }] }],
  ])('%j is not', (data) => {
    expect(parseOpenRequests(data)).toBeNull()
  })
})
