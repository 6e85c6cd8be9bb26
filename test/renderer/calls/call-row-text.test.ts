import { expect, test } from 'vitest'
import type { CallRow } from '../../../main/contract/calls.ts'
import { writeCallRow } from '../../../renderer/components/calls/call-row-text.ts'

const call: CallRow = {
  id: 1204,
  parent: 1203,
  topLevel: 1203,
  childCount: 0,
  depth: 1,
  kind: 'import',
  module: 'env',
  name: 'from_host',
  params: [
    { type: 'i32', value: 10 },
    { type: 'i32', value: 1 },
  ],
  results: [{ type: 'i32', value: 309 }],
  outcome: 'returned',
  suspended: false,
  paused: false,
  overlapped: false,
  scattered: false,
  startNs: 81_250,
  endNs: 313_750,
  totalNs: 232_500,
  guestNs: 0,
  hostNs: 42_100,
  suspendedNs: 190_400,
  errorText: null,
}

test('a call is written cell by cell', () => {
  expect(writeCallRow(call)).toEqual({
    number: '1,204',
    kind: 'import',
    start: '0.000 081 s'.replace(' 0', '\u00a00'),
    depth: '1',
    parent: '1,203',
    topLevel: '1,203',
    name: 'env.from_host',
    nameTitle: 'env.from_host (import, called by the guest)',
    indent: 1,
    depthNote: '',
    params: '10, 1',
    paramsTitle: 'i32 10, i32 1',
    result: '309',
    resultTitle: 'i32 309',
    outcome: { text: 'returned', tone: 'done' },
    total: '0.23 ms',
    guest: '',
    host: '42.10 µs',
    suspended: '0.19 ms',
  })
})

test('a call in which the guest is held by a pause says so', () => {
  const paused: CallRow = { ...call, kind: 'export', outcome: 'running', endNs: null, paused: true }
  expect(writeCallRow(paused).outcome).toEqual({ text: 'paused', tone: 'live' })
})

test('a failed call says why where its result would be', () => {
  const failed: CallRow = {
    ...call,
    outcome: 'threw',
    results: null,
    errorText: 'env.from_host failed: no\nway',
  }
  expect(writeCallRow(failed)).toMatchObject({
    result: 'no\\nway',
    resultTitle: 'env.from_host failed: no\\nway',
    outcome: { text: 'threw', tone: 'bad' },
  })
  expect(writeCallRow({ ...failed, errorText: 'Trap: unreachable.' }).result).toBe('Trap: unreachable.')
})

test('a call in flight has no result yet', () => {
  const running: CallRow = { ...call, outcome: 'running', suspended: true, results: null, endNs: null }
  expect(writeCallRow(running)).toMatchObject({ result: '', outcome: { text: 'suspended', tone: 'live' } })
})

test('very deep calls are indented no further, and numbered instead', () => {
  expect(writeCallRow({ ...call, depth: 8 })).toMatchObject({ indent: 8, depthNote: '' })
  expect(writeCallRow({ ...call, depth: 12_345 })).toMatchObject({ indent: 8, depthNote: '12,345' })
})
