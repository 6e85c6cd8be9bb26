import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { _electron, chromium } from 'playwright-core'
import type { ElectronApplication, Page } from 'playwright-core'
import { findElectronBinary, findElectronPackage } from '../../../main/cli/electron-package.ts'
import { makeTempFolder, ROOT } from '../paths.ts'
import { collectOutput, expectEnd } from './child.ts'
import type { Desktop, Driver, LaunchOptions, RunningApp } from './driver.ts'
import { dropFilesOn, waitForInspector } from './page-input.ts'

/** The installed Electron, or the sentence that says why the specs cannot run on it. */
export function findElectron(): { binary: string } | { missing: string } {
  const installed = findElectronPackage(ROOT)
  const binary = installed && findElectronBinary(installed)
  if (!binary) return { missing: 'its binary is not installed (npx install-electron)' }
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return { missing: 'there is no display (xvfb-run makes one)' }
  }
  return { binary }
}

export const electronDriver: Driver = {
  name: 'electron',
  async launch(options: LaunchOptions = {}): Promise<RunningApp> {
    const settingsFolder = options.settingsFolder ?? makeTempFolder('settings')
    const port = await findFreePort()
    const program = [ROOT, `--user-data-dir=${settingsFolder}`]
    const app = await _electron.launch({
      // The last one counts; the first is Playwright's own.
      args: [`--remote-debugging-port=${port}`, ...program, ...(options.arguments ?? [])],
    })
    const child = app.process()
    const output = collectOutput(child)
    let page = await app.firstWindow()
    await waitForInspector(page)
    return {
      driver: 'electron',
      get page() {
        return page
      },
      settingsFolder,
      dropFiles: (paths, target) => dropFilesOn(page, paths, target),
      readDownload: (action) => readDownload(app, action),
      async crashPage() {
        const crashed = page.waitForEvent('crash')
        await app.evaluate(({ BrowserWindow }) =>
          BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
        )
        await crashed
        page = await findPage(port)
        await waitForInspector(page)
      },
      desktop: controlDesktop(app, program),
      standIn: null,
      output,
      async close() {
        // The evaluation's own answer may be lost with the process.
        app.evaluate((electron) => electron.app.quit()).catch(() => {})
        await expectEnd(child, output)
      },
    }
  },
}

/** A page whose process was killed is of no more use to the connection that saw it die. */
async function findPage(port: number): Promise<Page> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true })
  const page = browser.contexts()[0]?.pages()[0]
  if (!page) throw new Error('The window has no page.')
  return page
}

async function readDownload(app: ElectronApplication, action: () => Promise<void>): Promise<string> {
  const path = join(makeTempFolder('download'), 'saved')
  await app.evaluate(({ session }, savePath) => {
    session.defaultSession.once('will-download', (_, item) => {
      item.setSavePath(`${savePath}.part`)
      item.once('done', () => process.getBuiltinModule('node:fs').renameSync(`${savePath}.part`, savePath))
    })
  }, path)
  await action()
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 50))
  return readFileSync(path, 'utf8')
}

function controlDesktop(app: ElectronApplication, program: string[]): Desktop {
  return {
    menuItems: () =>
      app.evaluate(({ Menu }) => {
        const list = (items: Electron.MenuItem[]): Electron.MenuItem[] =>
          items.flatMap((item) => [item, ...list(item.submenu?.items ?? [])])
        return list(Menu.getApplicationMenu()?.items ?? []).map(({ label, role, accelerator, enabled }) => ({
          label,
          role: role ?? '',
          accelerator: String(accelerator ?? ''),
          enabled,
        }))
      }),
    chooseMenuItem: (label) =>
      app.evaluate(({ BrowserWindow, Menu }, wanted) => {
        const list = (items: Electron.MenuItem[]): Electron.MenuItem[] =>
          items.flatMap((item) => [item, ...list(item.submenu?.items ?? [])])
        const item = list(Menu.getApplicationMenu()?.items ?? []).find((each) => each.label === wanted)
        if (!item?.enabled) throw new Error(`The menu has no item "${wanted}" to choose.`)
        const [window] = BrowserWindow.getAllWindows()
        item.click(undefined, window, window?.webContents)
      }, label),
    answerOpenDialog: (paths) =>
      app.evaluate(({ dialog }, filePaths) => {
        dialog.showOpenDialog = async () => ({ canceled: filePaths.length === 0, filePaths })
      }, paths),
    async startAgain(texts) {
      const found = findElectron()
      if ('missing' in found) throw new Error(found.missing)
      const sandbox = process.platform === 'linux' ? ['--no-sandbox'] : []
      const again = spawn(found.binary, [...sandbox, ...program, ...texts])
      await expectEnd(again, collectOutput(again))
    },
    async openFile(path) {
      await app.evaluate(({ app: electronApp }, named) => {
        electronApp.emit('open-file', { preventDefault() {} }, named)
      }, path)
    },
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
