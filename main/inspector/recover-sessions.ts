/** Finds the sessions of inspectors that were killed: what memory did not hold of them is on the disk. */
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { beginSessionFile } from '../session-file/open-session-file.ts'
import { readDescribedSession } from '../session-file/saved-session.ts'
import { isSessionFileName } from './session-files.ts'
import { takeAbandonedFolders } from './temporary-folders.ts'

/** Memory for the head of a file. */
const HEAD_LIMIT_BYTES = 1
/** Characters of a guest's name, so that the whole is no longer than a name may be. */
const GUEST_NAME_LIMIT = 50

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
      const newName = describeFile(folder, name)
      if (newName === null) continue
      // Under its number it can be opened as well.
      const isRenamed = await rename(join(folder, name), join(folder, newName)).then(
        () => true,
        () => false,
      )
      found.push(join(folder, isRenamed ? newName : name))
    }
    if (found.length === 0) await rm(folder, { recursive: true, force: true }).catch(() => {})
    recovered.push(...found)
  }
  return recovered
}

/** A name by its guest and the time when it began; null for what is no session file. */
function describeFile(folder: string, name: string): string | null {
  const begun = beginSessionFile(join(folder, name), HEAD_LIMIT_BYTES)
  // What cannot be read now, or not by this version, may be another time.
  if (!begun.ok) return begun.error.code === 'SESSION_FILE_INVALID' ? null : name
  const session = readDescribedSession(begun.value.session)
  begun.value.close()
  if (session === null) return name
  const { guest, startedAtMs } = session.info
  const began = new Date(startedAtMs).toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.')
  const guestName = basename(guest.name).slice(0, GUEST_NAME_LIMIT)
  // With the number that it had: of several of the same second each keeps its own.
  return `${guestName} ${began} recovered ${name}`
}
