import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import type { MessagePort } from 'node:worker_threads'
import type { CdpSession } from './cdp.ts'
import { createCodec } from './codec.ts'
import { fail } from './fatal.ts'
import { BINDING, PATH_FUNCTION, PRELOAD_WORLD, writePageScript, writePreloadScript } from './page-scripts.ts'
import type { WorldMessage } from './page-scripts.ts'
import type { MessagePortMain } from './ports.ts'
import { answerRequest, toAppUrl, toBrowserUrl } from './protocol.ts'
import { defaultSession } from './session.ts'
import { createEvent, makeStrict, StrictEmitter } from './strict.ts'

const EVENTS = [
  'did-finish-load',
  'dom-ready',
  'render-process-gone',
  'will-attach-webview',
  'will-frame-navigate',
  'will-navigate',
  'will-redirect',
]

type OpenHandler = (details: { url: string; frameName: string }) => { action: 'deny' | 'allow' }

const codec = createCodec()

/** Requests for anything but the application's own files: real Electron would have sent them out. */
export const outsideRequests: string[] = []

/** The page of a window, over a target of the browser. */
export class WebContents extends StrictEmitter {
  readonly session = defaultSession
  readonly mainFrame = makeStrict('WebFrameMain', {
    url: '',
    postMessage: (channel: string, message: unknown, transfer: readonly MessagePortMain[] = []) =>
      this.postMessage(channel, message, transfer),
  })
  private target: CdpSession | null = null
  private frameId = ''
  private preloadContextId: number | null = null
  private openHandler: OpenHandler | null = null
  /** Navigations that this process asked for, which are nobody's to forbid. */
  private ownNavigations = 0
  private readonly ports = new Map<number, MessagePort>()
  private lastPortId = 0

  constructor() {
    super('webContents', EVENTS)
  }

  getURL(): string {
    return this.mainFrame.url
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler
  }

  postMessage(channel: string, message: unknown, transfer: readonly MessagePortMain[] = []): void {
    const portIds = transfer.map((port) => this.bridge(port.takeAway()))
    this.deliver({ type: 'ipc', channel, data: structuredClone(message), portIds })
  }

  async loadURL(url: string): Promise<void> {
    const target = this.takeTarget()
    const browserUrl = toBrowserUrl(url)
    const appOrigin = url.split('/').slice(0, 3).join('/')
    // The browser is told before the page is there; the handlers are asked as if it were.
    this.mainFrame.url = url
    await defaultSession.applyPermissions(this, appOrigin, new URL(browserUrl).origin)
    this.ownNavigations += 1
    const { errorText } = await target.send('Page.navigate', { url: browserUrl })
    if (errorText) throw new Error(`${errorText} loading ${url}`)
  }

  reload(): void {
    this.ownNavigations += 1
    this.takeTarget().send('Page.reload').catch(fail)
  }

  /** Ends the page's process, as `forcefullyCrashRenderer` does. */
  forcefullyCrashRenderer(): void {
    // The command's own answer is lost with the process.
    this.takeTarget()
      .send('Page.crash')
      .catch(() => {})
  }

  /** Takes over a target of the browser and prepares it for the application's page. */
  async takeOver(target: CdpSession, preloadPath: string): Promise<void> {
    this.target = target
    const token = randomUUID()
    const preloadSource = readFileSync(preloadPath, 'utf8')
    this.followPage(target)
    this.followPreloadWorld(target)
    await target.send('Page.enable')
    await target.send('Runtime.enable')
    await target.send('Debugger.enable')
    await target.send('DOM.enable')
    await target.send('Inspector.enable')
    await target.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] })
    const { frameTree } = await target.send('Page.getFrameTree')
    this.frameId = frameTree.frame.id
    await target.send('Runtime.addBinding', { name: BINDING, executionContextName: PRELOAD_WORLD })
    await target.send('Page.addScriptToEvaluateOnNewDocument', { source: writePageScript(token) })
    await target.send('Page.addScriptToEvaluateOnNewDocument', {
      source: writePreloadScript(token, preloadSource),
      worldName: PRELOAD_WORLD,
    })
  }

  private followPage(target: CdpSession): void {
    target.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId) return
      this.frameId = frame.id
      this.mainFrame.url = toAppUrl(frame.url)
    })
    target.on('Page.domContentEventFired', () => {
      if (this.mainFrame.url !== 'about:blank') this.emit('dom-ready', createEvent())
    })
    target.on('Page.loadEventFired', () => {
      if (this.mainFrame.url !== 'about:blank') this.emit('did-finish-load', createEvent())
    })
    target.on('Inspector.targetCrashed', () => {
      this.loseWorld()
      this.emit('render-process-gone', createEvent(), { reason: 'crashed', exitCode: 5 })
    })
    target.on('Fetch.requestPaused', (paused) => {
      this.decide(target, paused).catch(fail)
    })
    target.on('Page.windowOpen', ({ url, windowName }) => {
      const decision = this.openHandler?.({ url: toAppUrl(url), frameName: windowName }) ?? {
        action: 'allow',
      }
      if (decision.action !== 'deny') fail(`The stand-in opens no second window, and nobody refused ${url}.`)
    })
  }

  private followPreloadWorld(target: CdpSession): void {
    target.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === PRELOAD_WORLD && context.auxData.frameId === this.frameId) {
        this.preloadContextId = context.id
      }
    })
    target.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === this.preloadContextId) this.loseWorld()
    })
    target.on('Runtime.executionContextsCleared', () => this.loseWorld())
    target.on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
      if (exceptionDetails.executionContextId === this.preloadContextId) {
        fail(`The preload script failed: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
      }
    })
    target.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === BINDING) this.receive(codec.decode(payload) as WorldMessage)
    })
    target.on('Debugger.paused', (paused) => {
      this.tellPath(target, paused).catch(fail)
    })
  }

  private receive(message: WorldMessage): void {
    if (message.type === 'fatal') fail(message.message)
    else if (message.type === 'port-message') this.ports.get(message.portId)?.postMessage(message.data)
    else if (message.type === 'port-close') this.closePort(message.portId)
  }

  private deliver(message: WorldMessage): void {
    const { target, preloadContextId } = this
    // As in Electron, a message to a page that is gone is lost.
    if (!target || preloadContextId === null) return
    target
      .send('Runtime.callFunctionOn', {
        functionDeclaration: '(text) => globalThis.receiveFromStandIn(text)',
        executionContextId: preloadContextId,
        arguments: [{ value: codec.encode(message) }],
        silent: true,
      })
      .then(({ exceptionDetails }) => {
        if (exceptionDetails) fail(`The preload script failed: ${exceptionDetails.exception?.description}`)
      })
      .catch((error: Error) => {
        // It went away while the message was under way.
        if (
          this.preloadContextId === preloadContextId &&
          !/context|crashed|closed|gone|session/i.test(error.message)
        )
          fail(error)
      })
  }

  /** Ties a Node port to a DOM port that the preload script's world opens. */
  private bridge(port: MessagePort): number {
    const portId = (this.lastPortId += 1)
    this.ports.set(portId, port)
    port.on('message', (data) => this.deliver({ type: 'port-message', portId, data }))
    port.on('close', () => {
      if (this.ports.delete(portId)) this.deliver({ type: 'port-close', portId })
    })
    return portId
  }

  private closePort(portId: number): void {
    const port = this.ports.get(portId)
    this.ports.delete(portId)
    port?.close()
  }

  private loseWorld(): void {
    this.preloadContextId = null
    for (const portId of this.ports.keys()) this.closePort(portId)
  }

  /** Answers a request of the page, after the application has had its say about a navigation. */
  private async decide(target: CdpSession, paused: PausedRequest): Promise<void> {
    const { requestId, request, resourceType, frameId } = paused
    const refuse = () =>
      target.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' }).catch(() => {})
    if (resourceType === 'Document' && !this.mayNavigate(request.url, frameId)) {
      await refuse()
      return
    }
    const response = await answerRequest(request.url, request.method, request.headers)
    if (!response) {
      outsideRequests.push(request.url)
      await refuse()
      return
    }
    const body = Buffer.from(await response.arrayBuffer()).toString('base64')
    await target
      .send('Fetch.fulfillRequest', {
        requestId,
        responseCode: response.status,
        responseHeaders: Array.from(response.headers, ([name, value]) => ({ name, value })),
        body,
      })
      // The page may have gone meanwhile.
      .catch(() => {})
  }

  private mayNavigate(url: string, frameId: string): boolean {
    const isMainFrame = frameId === this.frameId
    if (isMainFrame && this.ownNavigations > 0) {
      this.ownNavigations -= 1
      return true
    }
    const event = createEvent({
      url: toAppUrl(url),
      isMainFrame,
      isSameDocument: false,
      frame: isMainFrame ? this.mainFrame : null,
    })
    this.emit('will-frame-navigate', event)
    if (isMainFrame && !event.defaultPrevented) this.emit('will-navigate', event)
    return !event.defaultPrevented
  }

  /** The preload script waits in the debugger for the path of a file, which only the browser knows. */
  private async tellPath(target: CdpSession, paused: PausedScript): Promise<void> {
    const frame = paused.callFrames[0]
    if (frame?.functionName !== PATH_FUNCTION) {
      await target.send('Debugger.resume')
      return
    }
    const { callFrameId } = frame
    const { result } = await target.send('Debugger.evaluateOnCallFrame', { callFrameId, expression: 'file' })
    const { path } = await target.send('DOM.getFileInfo', { objectId: result.objectId })
    await target.send('Debugger.evaluateOnCallFrame', {
      callFrameId,
      expression: `path = ${JSON.stringify(path)}`,
    })
    await target.send('Debugger.resume')
  }

  private takeTarget(): CdpSession {
    return this.target ?? fail('The window has no page yet.')
  }
}

interface PausedRequest {
  requestId: string
  request: { url: string; method: string; headers: Record<string, string> }
  resourceType: string
  frameId: string
}

interface PausedScript {
  callFrames: { functionName: string; callFrameId: string }[]
}
