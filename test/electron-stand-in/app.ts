import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail } from './fatal.ts'
import { createEvent, makeStrict, StrictEmitter } from './strict.ts'

const EVENTS = [
  'activate',
  'before-quit',
  'open-file',
  'quit',
  'ready',
  'second-instance',
  'web-contents-created',
  'will-finish-launching',
  'will-quit',
  'window-all-closed',
]

/** The application, started with `--user-data-dir=FOLDER` among its arguments, as real Electron may be. */
class App extends StrictEmitter {
  /** Windows that are open; kept by the windows themselves. */
  readonly windows = new Set<{ close(): boolean; destroy(): void }>()
  sandboxEnabled = false
  private ready = false
  private readonly becameReady = Promise.withResolvers<void>()
  private quitting = false

  constructor() {
    super('app', EVENTS)
  }

  whenReady(): Promise<void> {
    return this.becameReady.promise
  }

  isReady(): boolean {
    return this.ready
  }

  enableSandbox(): void {
    if (this.ready) throw new Error('app.enableSandbox() can only be called before app is ready.')
    this.sandboxEnabled = true
  }

  getVersion(): string {
    const { version } = JSON.parse(readFileSync(join(this.getAppPath(), 'package.json'), 'utf8')) as {
      version: string
    }
    return version
  }

  getAppPath(): string {
    return process.env['ELECTRON_STAND_IN_APP'] ?? fail('There is no application folder.')
  }

  getPath(name: string): string {
    if (name !== 'userData') throw new Error(`The stand-in for Electron has no path "${name}".`)
    const given = process.argv.find((text) => text.startsWith('--user-data-dir='))
    const folder =
      given?.slice('--user-data-dir='.length) ?? fail('The stand-in needs --user-data-dir=FOLDER.')
    mkdirSync(folder, { recursive: true })
    return folder
  }

  /** Whether this is the first start with its folder; if not, `data` goes to the first one. */
  requestSingleInstanceLock(data: unknown = {}): boolean {
    const lock = join(this.getPath('userData'), 'stand-in-lock')
    const post = `${lock}-post`
    if (existsSync(lock) && isAlive(Number(readFileSync(lock, 'utf8')))) {
      writeFileSync(post, JSON.stringify({ argv: process.argv, folder: process.cwd(), data }))
      return false
    }
    writeFileSync(lock, String(process.pid))
    process.once('exit', () => rmSync(lock, { force: true }))
    watch(this.getPath('userData'), () => {
      const text = existsSync(post) ? readFileSync(post, 'utf8') : ''
      if (!text.endsWith('}')) return
      rmSync(post)
      const {
        argv,
        folder,
        data: received,
      } = JSON.parse(text) as { argv: string[]; folder: string; data: unknown }
      this.emit('second-instance', createEvent(), argv, folder, received)
    }).unref()
    return true
  }

  quit(): void {
    const quit = createEvent()
    this.emit('before-quit', quit)
    if (quit.defaultPrevented) return
    this.quitting = true
    for (const window of this.windows) {
      if (!window.close()) {
        this.quitting = false
        return
      }
    }
    if (this.windows.size === 0) this.finishQuitting()
  }

  exit(code = 0): void {
    this.emit('quit', createEvent(), code)
    process.exit(code)
  }

  /** Called by a window that has closed. */
  forgetWindow(window: { close(): boolean; destroy(): void }): void {
    this.windows.delete(window)
    if (this.windows.size > 0) return
    if (this.quitting) this.finishQuitting()
    else if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed')
    else this.quit()
  }

  /** Called once the application's code has been evaluated. */
  becomeReady(): void {
    this.emit('will-finish-launching')
    this.ready = true
    this.emit('ready', createEvent(), {})
    this.becameReady.resolve()
  }

  private finishQuitting(): void {
    const quit = createEvent()
    this.emit('will-quit', quit)
    if (quit.defaultPrevented) this.quitting = false
    else this.exit(0)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The application itself, for the rest of the stand-in. */
export const app = new App()
/** As the application's code sees it. */
export const strictApp = makeStrict('app', app)
