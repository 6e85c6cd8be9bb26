import { expect, test } from 'vitest'
import { createCoalescedRead } from '../../../renderer/components/calls/coalesced-read.ts'

function createGate() {
  let open = Promise.withResolvers<void>()
  return {
    wait: () => open.promise,
    async pass() {
      open.resolve()
      open = Promise.withResolvers<void>()
      await new Promise(setImmediate)
    },
  }
}

function createFixture() {
  const turn = createGate()
  const answer = createGate()
  const reads = { begun: 0, ended: 0 }
  const coalesced = createCoalescedRead(async () => {
    reads.begun += 1
    await answer.wait()
    reads.ended += 1
  }, turn.wait)
  return { turn, answer, reads, coalesced }
}

test('many requests before the turn are one read', async () => {
  const { turn, answer, reads, coalesced } = createFixture()
  for (let count = 0; count < 100; count += 1) coalesced.request()
  expect(reads.begun).toBe(0)
  await turn.pass()
  await answer.pass()
  expect(reads).toEqual({ begun: 1, ended: 1 })
  await turn.pass()
  expect(reads.begun).toBe(1)
})

test('one read is in flight at most, and requests meanwhile lead to one more', async () => {
  const { turn, answer, reads, coalesced } = createFixture()
  coalesced.request()
  await turn.pass()
  for (let count = 0; count < 100; count += 1) coalesced.request()
  await turn.pass()
  expect(reads).toEqual({ begun: 1, ended: 0 })
  await answer.pass()
  await turn.pass()
  await answer.pass()
  expect(reads).toEqual({ begun: 2, ended: 2 })
  await turn.pass()
  expect(reads.begun).toBe(2)
})

test('nothing is read after the end', async () => {
  const { turn, reads, coalesced } = createFixture()
  coalesced.request()
  coalesced.dispose()
  await turn.pass()
  coalesced.request()
  await turn.pass()
  expect(reads.begun).toBe(0)
})

test('a read after a pause works as the first did', async () => {
  const { turn, answer, reads, coalesced } = createFixture()
  for (const expected of [1, 2, 3]) {
    coalesced.request()
    await turn.pass()
    await answer.pass()
    expect(reads.ended).toBe(expected)
  }
})
