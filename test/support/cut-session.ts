/** Session files that were not closed. */
import { statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { writeSession } from '../bench/write-session.ts'
import { createFolder, openExample } from './inspector.ts'

/** Bytes of the last block, which says where the index is. */
export const END_BYTES = 40

/** A session file of so many calls, without the block that says where its index is. */
export async function writeCutSession(callCount: number): Promise<string> {
  const { info } = await openExample('sum')
  const path = join(await createFolder(), 'cut.jspi')
  const { node: nodeVersion, v8: v8Version } = process.versions
  await writeSession(path, callCount, () => ({
    info,
    guestHash: '',
    version: 'test',
    nodeVersion,
    v8Version,
  }))
  truncateSync(path, statSync(path).size - END_BYTES)
  return path
}
