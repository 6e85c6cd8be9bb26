import { resolve } from 'node:path'
import type { OpenRequest } from '../inspector/api.ts'

/**
 * Reads what to open from the arguments after the program's own path: `[guest…] [--host FILE] [--keep-newest]`. Relative
 * paths count from `folder`. Everything else that begins with a dash is Chromium's or the system's and is left out.
 */
export function parseLaunchArguments(texts: readonly string[], folder: string): OpenRequest[] {
  const paths: string[] = []
  let hostPath: string | undefined
  let keepsNewest = false
  let onlyPaths = false
  for (let index = 0; index < texts.length; index += 1) {
    const text = texts[index] ?? ''
    if (onlyPaths) paths.push(text)
    else if (text === '--') onlyPaths = true
    else if (text === '--keep-newest') keepsNewest = true
    else if (text === '--host') hostPath = texts[(index += 1)]
    else if (text.startsWith('--host=')) hostPath = text.slice('--host='.length)
    else if (text !== '' && !text.startsWith('-')) paths.push(text)
  }
  const host = hostPath ? { hostPath: resolve(folder, hostPath) } : {}
  const newest = keepsNewest ? { keepsNewest } : {}
  return paths.map((path) => Object.assign({ path: resolve(folder, path) }, host, newest))
}
