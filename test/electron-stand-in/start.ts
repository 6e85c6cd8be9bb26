/**
 * Runs an application as Electron would: `node start.ts FOLDER [argument…]`. The application's built main module
 * runs in this process, its `electron` is the one beside this file, and its windows are pages of a Chromium.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from './app.ts'
import { obeyParent } from './control.ts'
import { fail } from './fatal.ts'

/** Longer than any main module takes to be evaluated. */
const EVALUATION_LIMIT_MS = 20_000

const [folder, ...rest] = process.argv.slice(2)
const root = resolve(folder ?? fail('Which folder holds the application?'))
const { main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { main: string }

process.env['ELECTRON_STAND_IN_APP'] = root
process.argv = [process.execPath, root, ...rest]
Object.defineProperty(process, 'defaultApp', { value: true })
Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: 'stand-in' } })

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== 'electron') return nextResolve(specifier, context)
    return {
      url: new URL('./electron.ts', import.meta.url).href,
      format: 'module-typescript',
      shortCircuit: true,
    }
  },
})

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
obeyParent()

// Electron is ready once the main module has been evaluated; one that waits for that at its top level may hang.
const limit = setTimeout(
  () => fail('The main module has not been evaluated: does it await whenReady()?'),
  EVALUATION_LIMIT_MS,
)
await import(pathToFileURL(join(root, main)).href)
clearTimeout(limit)
app.becomeReady()
