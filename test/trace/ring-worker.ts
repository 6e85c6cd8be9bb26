/** Writes numbered events of changing size into a ring, as fast as it can. */
import { parentPort, workerData } from 'node:worker_threads'
import { RingWriter } from '../../main/trace/ring.ts'

const { ring, count } = workerData as { ring: SharedArrayBuffer; count: number }
const writer = new RingWriter(ring, () => parentPort!.postMessage('wake'))
for (let index = 0; index < count; index++) {
  const words = 1 + (index % 13)
  const sizeBytes = 8 + 8 * words
  const offset = writer.reserve(1 + (index % 5), sizeBytes)
  for (let word = 0; word < words; word++) writer.floats[(offset >> 3) + 1 + word] = index + word / 16
  writer.publish(sizeBytes)
}
parentPort!.postMessage('done')
