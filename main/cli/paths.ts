import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Where the parts of the program are, whether it runs from its source or built. */
export interface ProgramPaths {
  /** The folder of package.json. */
  rootFolder: string
  guestsFolder: string
  rendererFolder: string
  workerUrl: URL
  queryProcessUrl: URL
  version: string
}

/** Finds the program's parts. From source the worker runs from source as well; the renderer is always built. */
export function findProgramPaths(): ProgramPaths {
  const rootFolder = findRootFolder(import.meta.dirname)
  const isSource = import.meta.filename.endsWith('.ts')
  const manifest = JSON.parse(readFileSync(join(rootFolder, 'package.json'), 'utf8')) as { version: string }
  return {
    rootFolder,
    guestsFolder: join(rootFolder, 'guests'),
    rendererFolder: join(rootFolder, 'out/renderer'),
    workerUrl: pathToFileURL(join(rootFolder, isSource ? 'main/host/worker.ts' : 'out/main/worker.js')),
    queryProcessUrl: pathToFileURL(
      join(rootFolder, isSource ? 'main/sql/query-process.ts' : 'out/main/query-process.js'),
    ),
    version: manifest.version,
  }
}

/** The bundler decides how deep below the root the built file lies. */
function findRootFolder(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRootFolder(dirname(folder))
}
