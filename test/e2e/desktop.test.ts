/** What only the desktop has: menus, dialogs, one instance, files from the system, a window that is remembered. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collectOutput } from './drivers/child.ts'
import { drivers } from './drivers/index.ts'
import type { Desktop, RunningApp } from './drivers/driver.ts'
import { spawnStandIn, standInDriver } from './drivers/stand-in.ts'
import { describeOnDrivers } from './harness.ts'
import {
  countRows,
  eventually,
  expectSession,
  latestRun,
  openExample,
  readConsole,
  runButton,
  runExport,
  sessionTab,
} from './inspector-page.ts'
import { guestFile, makeTempFolder, ROOT } from './paths.ts'

const desktopOnly = { only: ({ name }: { name: string }) => name !== 'browser door' }

/** A guest that needs no host module, in a folder of its own. */
function writeGuest(name: string): string {
  const path = join(makeTempFolder('guest'), name)
  writeFileSync(path, '(module (func (export "answer") (result i32) i32.const 42))')
  return path
}

describeOnDrivers(
  'the menu',
  (app) => {
    const page = () => app().page
    const desktop = () => app().desktop as Desktop

    test('has the platform’s roles, and shortcuts that do not collide', async () => {
      const items = await desktop().menuItems()
      const roles = items.map(({ role }) => role.toLowerCase())
      for (const role of [
        'undo',
        'redo',
        'cut',
        'copy',
        'paste',
        'selectall',
        'zoomin',
        'togglefullscreen',
        'toggledevtools',
      ]) {
        expect(roles).toContain(role)
      }
      const accelerators = items.map(({ accelerator }) => accelerator).filter(Boolean)
      expect(new Set(accelerators).size).toBe(accelerators.length)
    })

    test('Run, Go to, Find, Clear and the panes', async () => {
      await eventually(() => runButton(page()).isEnabled()).toBe(true)
      await desktop().chooseMenuItem('Run')
      await eventually(() => countRows(page())).toBe(2)
      await eventually(() => readConsole(page())).toContain('called from wasm')
      await desktop().chooseMenuItem('Go to Call…')
      const goTo = page().getByRole('dialog', { name: 'Go to a call' })
      await goTo.waitFor()
      await page().keyboard.press('Escape')
      await eventually(() => goTo.isVisible()).toBe(false)
      await desktop().chooseMenuItem('Find in Console')
      await page().getByRole('textbox', { name: /find/i }).waitFor()
      await page().keyboard.press('Escape')
      await desktop().chooseMenuItem('Clear Console')
      await eventually(() => readConsole(page())).toBe('')
      for (const [label, pane] of [
        ['Sidebar', '#pane-sidebar'],
        ['Panel', '#pane-panel'],
        ['Call Details', '#pane-detail'],
      ] as const) {
        await desktop().chooseMenuItem(label)
        await eventually(() => page().locator(pane).count()).toBe(0)
        await desktop().chooseMenuItem(label)
        await page().locator(pane).waitFor()
      }
    })

    test('Reload Session, Cancel, End Session and Close Session', async () => {
      await desktop().chooseMenuItem('Reload Session')
      await eventually(() => countRows(page())).toBe(0)
      await openExample(page(), 'fail-host')
      await runExport(page(), 'never_settles')
      await eventually(() => countRows(page())).toBe(2)
      await desktop().chooseMenuItem('Cancel')
      await eventually(() => latestRun(page()).textContent()).toContain('cancelled')
      await desktop().chooseMenuItem('End Session')
      await page().getByText('The session has ended; what it recorded stays.').waitFor()
      await desktop().chooseMenuItem('Close Session')
      await expectSession(page(), 'sum.wasm')
    })

    test('Export Trace…', async () => {
      await runExport(page(), 'sum', ['1'])
      await eventually(() => countRows(page())).toBe(2)
      const text = await app().readDownload(() => desktop().chooseMenuItem('Export Trace…'))
      expect(text.trimEnd().split('\n')).toHaveLength(2)
    })

    test('Open… opens what the dialog gives, and Open Recent names it from then on', async () => {
      const path = writeGuest('from-dialog.wat')
      await desktop().answerOpenDialog([path])
      await desktop().chooseMenuItem('Open…')
      await expectSession(page(), 'from-dialog.wat')
      await eventually(async () => (await desktop().menuItems()).map(({ label }) => label)).toContain(path)
      await desktop().chooseMenuItem('Close Session')
      await eventually(() => sessionTab(page(), 'from-dialog.wat').count()).toBe(0)
      await desktop().chooseMenuItem(path)
      await expectSession(page(), 'from-dialog.wat')
    })

    test('Open… with a host module asks before it runs; leaving the dialog does nothing', async () => {
      await desktop().answerOpenDialog([])
      await desktop().chooseMenuItem('Open…')
      const folder = makeTempFolder('guest')
      const guest = join(folder, 'asks.wasm')
      copyFileSync(guestFile('sum/sum.wasm'), guest)
      const host = join(folder, 'answers.mjs')
      writeFileSync(host, 'export default { env: { from_host: () => 1 } }')
      await desktop().answerOpenDialog([guest, host])
      await desktop().chooseMenuItem('Open…')
      await expectSession(page(), 'asks.wasm')
      await page().getByRole('heading', { name: 'Run the host module answers.mjs?' }).waitFor()
    })

    test('Reload Window keeps the sessions', async () => {
      await desktop().chooseMenuItem('Reload Window')
      await sessionTab(page(), 'from-dialog.wat').waitFor()
    })
  },
  desktopOnly,
)

describeOnDrivers(
  'files from the system',
  (app) => {
    const page = () => app().page
    const desktop = () => app().desktop as Desktop

    test('a second start opens its guest in the first one, and ends', async () => {
      await expectSession(page(), 'sum.wasm')
      await desktop().startAgain([writeGuest('second.wat')])
      await expectSession(page(), 'second.wat')
      await desktop().startAgain([])
      await expectSession(page(), 'second.wat')
    })

    test('a file by association', async () => {
      await desktop().openFile(writeGuest('associated.wat'))
      await expectSession(page(), 'associated.wat')
      await runExport(page(), 'answer')
      await eventually(() => latestRun(page()).textContent()).toContain('returned 42')
    })

    test('a file that is not there is a problem that the window shows', async () => {
      await desktop().openFile(join(makeTempFolder('guest'), 'missing.wasm'))
      await page().getByRole('region', { name: 'Problems' }).getByText('GUEST_NOT_FOUND').waitFor()
    })
  },
  desktopOnly,
)

const desktops = drivers.filter(desktopOnly.only).map((driver) => [driver.name, driver] as const)

describe.each(desktops)('%s: started with arguments', (_, driver) => {
  let app: RunningApp
  beforeAll(async () => {
    const host = join(makeTempFolder('host'), 'named.mjs')
    writeFileSync(host, 'export default { env: { from_host: () => 7 } }')
    app = await driver.launch({ arguments: [guestFile('sum/sum.wasm'), '--host', host] })
  })
  afterAll(() => app.close())

  test('a host module that is named runs without being asked about', async () => {
    await eventually(() => runButton(app.page).isEnabled()).toBe(true)
    await runExport(app.page, 'sum', ['1'])
    await eventually(() => latestRun(app.page).textContent()).toContain('returned 8')
  })

  test('a guest that is named but not there is a problem that the window shows', async () => {
    await (app.desktop as Desktop).startAgain([join(app.settingsFolder, 'no-such-guest.wasm')])
    await app.page.getByRole('region', { name: 'Problems' }).getByText('GUEST_NOT_FOUND').waitFor()
  })

  test('quitting ends a guest that never would', async () => {
    await openExample(app.page, 'fail-loop')
    await runExport(app.page, 'loop')
    await eventually(() => countRows(app.page)).toBe(1)
  })
})

describe('electron stand-in: the window itself', () => {
  test('is where it was, hidden until it has drawn, in the colour of the theme', async () => {
    const settingsFolder = makeTempFolder('settings')
    const bounds = { x: 30, y: 40, width: 900, height: 700 }
    mkdirSync(settingsFolder, { recursive: true })
    writeFileSync(join(settingsFolder, 'window.json'), JSON.stringify({ bounds, maximized: true }))
    const app = await standInDriver.launch({ settingsFolder })
    const state = () => app.standIn?.('windowState')
    expect(await state()).toMatchObject({ bounds, maximized: true, backgroundColor: '#ffffff' })
    expect(await state()).toMatchObject({ url: 'app://inspector/index.html' })
    await eventually(async () => (await state())?.visible).toBe(true)
    await app.standIn?.('useDarkColors', true)
    expect(await state()).toMatchObject({ backgroundColor: '#1b1c20' })
    await app.close()
  })

  test('is not put where no display is', async () => {
    const settingsFolder = makeTempFolder('settings')
    const bounds = { x: 9000, y: 40, width: 900, height: 700 }
    writeFileSync(join(settingsFolder, 'window.json'), JSON.stringify({ bounds, maximized: false }))
    const app = await standInDriver.launch({ settingsFolder })
    expect((await app.standIn?.('windowState'))?.bounds.x).not.toBe(9000)
    await app.close()
  })

  test('asks before it is loaded for the third time within a minute of crashes', async () => {
    const app = await standInDriver.launch()
    for (let crash = 1; crash <= 3; crash += 1) await app.crashPage()
    const shown = await app.standIn?.('dialogsShown')
    expect(shown).toEqual([{ kind: 'message', text: 'The window keeps failing.' }])
    await expectSession(app.page, 'sum.wasm')
    await app.close()
  })

  test('an engine without promise integration is a clear error, and nothing starts', async () => {
    const without = 'data:text/javascript,delete WebAssembly.Suspending; delete WebAssembly.promising'
    const child = spawnStandIn(ROOT, makeTempFolder('settings'), [], ['--import', without])
    const output = collectOutput(child)
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect([code, output()]).toEqual([2, expect.stringContaining('JSPI_MISSING')])
  })
})
