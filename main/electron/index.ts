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

// Electron that is given a folder to run (`electron . guest`) leaves that folder among the arguments.
const named = parseLaunchArguments(process.argv.slice(1), process.cwd())
const requests = process.defaultApp ? named.slice(1) : named
let open = async (request: OpenRequest): Promise<void> => void requests.push(request)

// Electron is ready only after this module has been evaluated: it must not wait for that at its top level.
if (WebAssembly.Suspending === undefined) void app.whenReady().then(refuseToStart)
else if (app.requestSingleInstanceLock({ requests })) start()
else app.exit(0)

function start(): void {
  registerAppScheme()
  app.enableSandbox()
  denyByDefault()
  // macOS names files by events, the first of them before the application is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    void open({ path })
  })
  void app.whenReady().then(openNamed)
}

async function openNamed(): Promise<void> {
  const openAndShow = startApplication({
    workerUrl: pathToFileURL(join(rootFolder, 'out/main/worker.js')),
    queryProcessUrl: pathToFileURL(join(rootFolder, 'out/main/query-process.js')),
    guestsFolder: join(rootFolder, 'guests'),
    rendererFolder: join(rootFolder, 'out/renderer'),
    preloadPath: join(rootFolder, 'out/preload/preload.cjs'),
  })
  open = openAndShow
  if (requests.length === 0) await openAndShow()
  for (const request of requests) await openAndShow(request)
}

function refuseToStart(): void {
  const error = makeError('JSPI_MISSING', { why: `This is Electron ${process.versions.electron}.` })
  dialog.showErrorBox('JSPI Inspector', formatError(error))
  app.exit(2)
}
