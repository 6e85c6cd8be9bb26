/** Finds host modules and remembers which the user has allowed to run. */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'

const NAMES = ['host.ts', 'host.mts', 'host.js', 'host.mjs']
const EXTENSIONS = new Set(['.ts', '.mts', '.js', '.mjs'])

/** Whether a file's name says that it is a host module. */
export function isHostModuleName(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase())
}

/** The host module beside a guest, or null. */
export async function findHostModule(guestPath: string): Promise<string | null> {
  for (const name of NAMES) {
    const path = join(dirname(guestPath), name)
    const found = await stat(path).catch(() => null)
    if (found?.isFile()) return path
  }
  return null
}

/** SHA-256 of a file's content, in hex; null where it cannot be read. */
export async function hashFile(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch(() => null)
  return bytes && hashBytes(bytes)
}

/** SHA-256 in hex. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
