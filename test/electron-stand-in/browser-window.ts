import { app, strictApp } from './app.ts'
import { getBrowser } from './browser.ts'
import { fail } from './fatal.ts'
import { watchDownloads } from './session.ts'
import { createEvent, makeStrict, refuseUnknown, StrictEmitter } from './strict.ts'
import { WebContents } from './web-contents.ts'

interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

interface WindowOptions extends Partial<Rectangle> {
  minWidth?: number
  minHeight?: number
  show?: boolean
  title?: string
  backgroundColor?: string
  webPreferences: Record<string, unknown> & { preload: string }
}

/** What a window here is like, and nothing else: a preference that loosens it has no stand-in. */
const SECURE_PREFERENCES: Record<string, unknown> = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  webSecurity: true,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
}

const KNOWN_OPTIONS = 'x y width height minWidth minHeight show title backgroundColor webPreferences'.split(
  ' ',
)
const EVENTS = ['close', 'closed', 'ready-to-show']

/** A window: a target of the browser, with what Electron knows about it. */
export class BrowserWindow extends StrictEmitter {
  readonly webContents: WebContents
  backgroundColor: string
  visible: boolean
  private bounds: Rectangle
  private maximized = false
  private destroyed = false
  private targetId = ''
  private readonly prepared: Promise<void>

  constructor(options: WindowOptions) {
    super('BrowserWindow', EVENTS)
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready.')
    if (app.windows.size > 0) throw new Error('The stand-in for Electron has one window at a time.')
    refuseUnknown('BrowserWindow', options, KNOWN_OPTIONS)
    const { preload, ...preferences } = options.webPreferences
    for (const [name, value] of Object.entries(preferences)) {
      if (SECURE_PREFERENCES[name] !== value)
        throw new Error(`The stand-in has no window with ${name}: ${String(value)}.`)
    }
    this.visible = options.show ?? true
    this.backgroundColor = options.backgroundColor ?? '#FFF'
    this.bounds = {
      x: options.x ?? 0,
      y: options.y ?? 0,
      width: options.width ?? 800,
      height: options.height ?? 600,
    }
    this.webContents = makeStrict('webContents', new WebContents())
    app.windows.add(this)
    strictApp.emit('web-contents-created', createEvent(), this.webContents)
    this.prepared = this.prepare(preload)
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show', createEvent()))
    return makeStrict('BrowserWindow', this)
  }

  async loadURL(url: string): Promise<void> {
    await this.prepared
    await this.webContents.loadURL(url)
  }

  show(): void {
    this.visible = true
  }

  focus(): void {
    this.show()
  }

  maximize(): void {
    this.maximized = true
  }

  isMaximized(): boolean {
    return this.maximized
  }

  isMinimized(): boolean {
    return false
  }

  restore(): void {}

  getNormalBounds(): Rectangle {
    return this.bounds
  }

  setBackgroundColor(color: string): void {
    this.backgroundColor = color
  }

  isDestroyed(): boolean {
    return this.destroyed
  }

  /** Closes the window unless a listener forbids it. Says whether it did. */
  close(): boolean {
    const event = createEvent()
    this.emit('close', event)
    if (event.defaultPrevented) return false
    this.destroy()
    return true
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    void this.closeTarget().then(() => {
      this.emit('closed', createEvent())
      app.forgetWindow(this)
    }, fail)
  }

  private async closeTarget(): Promise<void> {
    await this.prepared
    const { connection } = await getBrowser()
    // The browser would end with its last page.
    await connection.browser.send('Target.createTarget', { url: 'about:blank' })
    await connection.browser.send('Target.closeTarget', { targetId: this.targetId })
  }

  private async prepare(preload: string): Promise<void> {
    const { connection } = await getBrowser()
    const { targetInfos } = await connection.browser.send('Target.getTargets')
    const page = targetInfos.find(
      (info: { type: string; url: string }) => info.type === 'page' && info.url === 'about:blank',
    )
    this.targetId = page?.targetId ?? fail('The browser has no empty page.')
    await this.webContents.takeOver(await connection.attach(this.targetId), preload)
    await watchDownloads(this.webContents)
  }
}
