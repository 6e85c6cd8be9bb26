import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createRing, RingReader } from '../../main/trace/ring.ts'

/** Reads everything that a worker writes; `pause` delays the reader now and then. */
async function readAll(sizeBytes: number, count: number, pause: () => Promise<void>): Promise<number> {
  const ring = createRing(sizeBytes)
  const reader = new RingReader(ring)
  const worker = new Worker(new URL('ring-worker.ts', import.meta.url), { workerData: { ring, count } })
  let next = 0
  const read = (tag: number, offset: number): void => {
    const words = 1 + (next % 13)
    if (tag !== 1 + (next % 5)) throw new Error(`Event ${next} has the tag ${tag}.`)
    for (let word = 0; word < words; word++) {
      const value = reader.floats[(offset >> 3) + 1 + word]
      if (value !== next + word / 16) throw new Error(`Event ${next} holds ${value} as word ${word}.`)
    }
    next++
  }
  const done = Promise.withResolvers<void>()
  worker.on('error', done.reject)
  worker.on('message', async (message: string) => {
    try {
      await pause()
      do reader.drain(read, sizeBytes / 8)
      while (!reader.rest())
    } catch (error) {
      done.reject(error as Error)
    }
    if (message === 'done') done.resolve()
  })
  // The worker may be gone before its last message has been read.
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  await Promise.all([done.promise, exited])
  while (reader.drain(read, Infinity) > 0);
  return next
}

test('every event arrives once, whole and in order, while both ends run', async () => {
  expect(await readAll(64 * 1024, 300_000, () => Promise.resolve())).toBe(300_000)
})

test('a writer that is faster than its reader waits', async () => {
  const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))
  expect(await readAll(4096, 20_000, slow)).toBe(20_000)
})

test('what a killed worker had published is still there', async () => {
  const ring = createRing(1024 * 1024)
  const reader = new RingReader(ring)
  // Far more than fits: it stands still when the ring is full, and is killed there.
  const worker = new Worker(new URL('ring-worker.ts', import.meta.url), { workerData: { ring, count: 1e9 } })
  await new Promise((resolve) => worker.once('message', resolve))
  await new Promise((resolve) => setTimeout(resolve, 300))
  await worker.terminate()
  let count = 0
  const readBytes = reader.drain(() => count++, Infinity)
  expect(readBytes).toBeGreaterThan(1024 * 1024 - 200)
  expect(count).toBeGreaterThan(10_000)
})
