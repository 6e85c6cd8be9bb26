import { expect, test } from 'vitest'
import { readGoToTarget } from '../../../renderer/components/calls/go-to-target.ts'

test.each([
  ['1204', 1204],
  ['#1,204', 1204],
  [' 1 204 ', 1204],
])('%s is the number of a call', (text, callId) => {
  expect(readGoToTarget(text)).toEqual({ callId })
})

test.each([
  ['1.5s', 1.5e9],
  ['20 ms', 20e6],
  ['7us', 7000],
  ['7 µs', 7000],
  ['90ns', 90],
  ['2min', 120e9],
  ['0.081\u00a0250 s', 81_250_000],
])('%s is a time', (text, timeNs) => {
  expect(readGoToTarget(text)).toEqual({ timeNs })
})

test.each(['', '#', 'x', '-1', '1.5', '5 parsecs', '#5ms', '99999999h', '99999999999999999999'])(
  '“%s” is neither',
  (text) => {
    expect(readGoToTarget(text)).toBeNull()
  },
)
