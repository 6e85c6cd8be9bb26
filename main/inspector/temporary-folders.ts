/** The inspector's folders for temporary files: each says whose it is, so that what a killed process leaves is found. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir, rm, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'

/** What a folder is for: session files that memory made necessary, the database of a query, files that came as bytes. */
export type FolderPurpose = 'sessions' | 'sql' | 'files'

const NAME = /^jspi-inspector-(sessions|sql|files)-/
const OWNER_FILE = 'owner.json'
const ownerSchema = v.object({ processId: v.number(), hostName: v.string() })

/** Makes a folder of this process in `parent`, which nobody but the user can open. Throws what the file system throws. */
export function makeTemporaryFolder(parent: string, purpose: FolderPurpose): string {
  const folder = mkdtempSync(join(parent, `jspi-inspector-${purpose}-`))
  const owner: v.InferOutput<typeof ownerSchema> = { processId: process.pid, hostName: hostname() }
  writeFileSync(join(folder, OWNER_FILE), JSON.stringify(owner))
  return folder
}

/**
 * Removes what processes have left in `parent` that are gone, but for folders of session files: these are returned, and
 * belong to nobody from then on. What cannot be read or removed is left alone.
 */
export async function takeAbandonedFolders(parent: string): Promise<string[]> {
  const taken: string[] = []
  for (const name of await readdir(parent).catch(() => [])) {
    const purpose = NAME.exec(name)?.[1]
    const folder = join(parent, name)
    if (purpose === undefined || !isAbandoned(folder)) continue
    // Of several that find it at once one succeeds.
    const isTaken = await unlink(join(folder, OWNER_FILE)).then(
      () => true,
      () => false,
    )
    if (!isTaken) continue
    if (purpose === 'sessions') taken.push(folder)
    else await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
  return taken
}

/** Whether the process that made it is gone. Of processes on other machines nobody can tell. */
function isAbandoned(folder: string): boolean {
  try {
    const parsed = v.safeParse(ownerSchema, JSON.parse(readFileSync(join(folder, OWNER_FILE), 'utf8')))
    if (!parsed.success || parsed.output.hostName !== hostname()) return false
    return !isRunning(parsed.output.processId)
  } catch {
    return false
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (thrown) {
    // A process of somebody else's may not be asked.
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
