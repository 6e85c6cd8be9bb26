import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app, dialog } from 'electron'
import { formatError, makeError } from '../contract/error-codes.ts'
import type { OpenRequest } from '../inspector/api.ts'
import { startApplication } from './application.ts'
import { parseLaunchArguments } from './launch-arguments.ts'
import { registerAppScheme } from './protocol.ts'
import { denyByDefault } from './security.ts'

// This file is built to out/main/electron.js.
const rootFolder = join(import.meta.dirname, '../..')

registerAppScheme()
app.enableSandbox()
denyByDefault()

// Electron that is given a folder to run (`electron . guest`) leaves that folder among the arguments.
const named = parseLaunchArguments(process.argv.slice(1), process.cwd())
const requests = process.defaultApp ? named.slice(1) : named

// macOS names files by events, the first of them before the application is ready.
let open = async (request: OpenRequest): Promise<void> => void requests.push(request)
app.on('open-file', (event, path) => {
  event.preventDefault()
  void open({ path })
})

if (WebAssembly.Suspending === undefined) {
  await app.whenReady()
  const error = makeError('JSPI_MISSING', { why: `This is Electron ${process.versions.electron}.` })
  dialog.showErrorBox('JSPI Inspector', formatError(error))
  app.exit(2)
} else if (app.requestSingleInstanceLock({ requests })) {
  await app.whenReady()
  const openAndShow = startApplication({
    workerUrl: pathToFileURL(join(rootFolder, 'out/main/worker.js')),
    guestsFolder: join(rootFolder, 'guests'),
    rendererFolder: join(rootFolder, 'out/renderer'),
    preloadPath: join(rootFolder, 'out/preload/preload.cjs'),
  })
  open = openAndShow
  if (requests.length === 0) await openAndShow()
  for (const request of requests) await openAndShow(request)
} else {
  app.exit(0)
}
