/** Finds the sessions of inspectors that were killed: what memory did not hold of them is on the disk. */
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { beginSessionFile } from '../session-file/open-session-file.ts'
import { SESSION_FILE_EXTENSION } from '../session-file/file-parts.ts'
import { readDescribedSession } from '../session-file/saved-session.ts'
import { isSessionFileName } from './session-files.ts'
import { takeAbandonedFolders } from './temporary-folders.ts'

/** Memory for the head of a file. */
const HEAD_LIMIT_BYTES = 1

/**
 * The session files that killed inspectors have left in `temporaryFolder`, under names that say what they are. They stay
 * where they are until the system empties that folder. Files that are none are removed.
 */
export async function recoverSessions(temporaryFolder: string): Promise<string[]> {
  const recovered: string[] = []
  for (const folder of await takeAbandonedFolders(temporaryFolder)) {
    const names = await readdir(folder).catch(() => [])
    const found: string[] = []
    for (const name of names.filter(isSessionFileName)) {
      const path = await nameRecovered(folder, name).catch(() => null)
      if (path !== null) found.push(path)
    }
    if (found.length === 0) await rm(folder, { recursive: true, force: true }).catch(() => {})
    recovered.push(...found)
  }
  return recovered
}

/** Renames a file by its guest and the time when it began; null where it says neither. */
async function nameRecovered(folder: string, name: string): Promise<string | null> {
  const begun = beginSessionFile(join(folder, name), HEAD_LIMIT_BYTES)
  if (!begun.ok) return null
  const session = readDescribedSession(begun.value.session)
  begun.value.close()
  if (session === null) return null
  const { guest, startedAtMs } = session.info
  const began = new Date(startedAtMs).toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.')
  // With the number that it had: of several of the same second each keeps its own.
  const stem = `${basename(guest.name)} ${began} recovered ${basename(name, SESSION_FILE_EXTENSION)}`
  const path = join(folder, `${stem}${SESSION_FILE_EXTENSION}`)
  await rename(join(folder, name), path)
  return path
}
