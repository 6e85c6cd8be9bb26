import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import type { ControlReply } from '../../electron-stand-in/control.ts'
import { makeTempFolder, ROOT } from '../paths.ts'
import { collectOutput, expectEnd } from './child.ts'
import type { Driver, LaunchOptions, RunningApp, StandInControl } from './driver.ts'
import { dropFilesOn, waitForInspector } from './page-input.ts'

const START = join(ROOT, 'test/electron-stand-in/start.ts')

export const standInDriver: Driver = {
  name: 'electron stand-in',
  async launch(options: LaunchOptions = {}): Promise<RunningApp> {
    const settingsFolder = options.settingsFolder ?? makeTempFolder('settings')
    const started = await startStandIn(ROOT, settingsFolder, options.arguments ?? [])
    await waitForInspector(started.page())
    const { control, child } = started
    return {
      driver: 'electron stand-in',
      get page() {
        return started.page()
      },
      settingsFolder,
      dropFiles: (paths, target) => dropFilesOn(started.page(), paths, target),
      async readDownload(action) {
        const path = join(makeTempFolder('download'), 'saved')
        await control('saveNextDownload', path)
        await action()
        while (!(await control('downloads')).saved.includes(path)) await tick()
        return readFileSync(path, 'utf8')
      },
      async crashPage() {
        const crashed = started.page().waitForEvent('crash')
        await control('crashPage')
        await crashed
        await started.reconnect()
        await waitForInspector(started.page())
      },
      desktop: {
        chooseMenuItem: (label) => control('chooseMenuItem', label),
        menuItems: async () =>
          (await control('menuItems')).map(({ label = '', role = '', accelerator = '', enabled = true }) => ({
            label,
            role,
            accelerator,
            enabled,
          })),
        answerOpenDialog: (paths) => control('answerOpenDialog', paths),
        async startAgain(texts) {
          const again = spawnStandIn(ROOT, settingsFolder, texts)
          await expectEnd(again, collectOutput(again))
        },
        async openFile(path) {
          await control('openFile', path)
        },
      },
      standIn: control,
      output: started.output,
      async close() {
        await control('quit')
        await expectEnd(child, started.output)
        await started.disconnect()
      },
    }
  },
}

/** An application that runs on the stand-in for Electron. */
export interface StandInProcess {
  child: ChildProcess
  control: StandInControl
  page(): Page
  /** Connects anew, to the page that the window has after a crash. */
  reconnect(): Promise<void>
  disconnect(): Promise<void>
  output(): string
}

/** Starts the application in `folder` on the stand-in for Electron. */
export async function startStandIn(
  folder: string,
  settingsFolder: string,
  texts: string[],
): Promise<StandInProcess> {
  const child = spawnStandIn(folder, settingsFolder, texts)
  const output = collectOutput(child)
  const control = makeControl(child, output)
  const debuggerUrl = await control('debuggerUrl')
  let browser: Browser
  let page: Page
  async function connect(): Promise<void> {
    browser = await chromium.connectOverCDP(debuggerUrl, { noDefaults: true })
    const found = browser.contexts()[0]?.pages()[0]
    if (!found) throw new Error('The window has no page.')
    page = found
  }
  await connect()
  return {
    child,
    control,
    output,
    page: () => page,
    async reconnect() {
      await browser.close()
      await connect()
    },
    disconnect: () => browser.close(),
  }
}

/** Starts the stand-in's process; `nodeOptions` are for the Node that runs it. */
export function spawnStandIn(
  folder: string,
  settingsFolder: string,
  texts: string[] = [],
  nodeOptions: string[] = [],
): ChildProcess {
  const program = [...nodeOptions, START, folder, `--user-data-dir=${settingsFolder}`, ...texts]
  return spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}

function makeControl(child: ChildProcess, output: () => string): StandInControl {
  let lastId = 0
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  child.on('message', (reply: ControlReply) => {
    const asked = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('error' in reply) asked?.reject(new Error(reply.error))
    else asked?.resolve(reply.value)
  })
  void once(child, 'exit').then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`The stand-in has ended:\n${output()}`))
  })
  const control = (command: string, argument?: unknown) =>
    new Promise((resolve, reject) => {
      const id = (lastId += 1)
      waiting.set(id, { resolve, reject })
      child.send({ id, command, argument }, (error) => {
        if (error) reject(error)
      })
    })
  // The types of the commands are the stand-in's own; what passes between the processes has none.
  return control as StandInControl
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20))
}
