import { EventEmitter } from 'node:events'
import { WebSocket } from 'ws'

type Parameters = Record<string, unknown>
// What the browser answers is its protocol's to type; every use names the part that it reads.
// oxlint-disable-next-line typescript/no-explicit-any
type Answer = any

interface Incoming {
  id?: number
  sessionId?: string
  method?: string
  params?: Parameters
  result?: Answer
  error?: { message: string }
}

/** One session of the Chrome DevTools Protocol; emits the protocol's events by their names. */
export class CdpSession extends EventEmitter {
  private readonly connection: CdpConnection
  private readonly sessionId: string | undefined

  constructor(connection: CdpConnection, sessionId?: string) {
    super()
    this.connection = connection
    this.sessionId = sessionId
  }

  /** Sends a command; rejects with the browser's message where it fails. */
  send(method: string, params: Parameters = {}): Promise<Answer> {
    return this.connection.send(method, params, this.sessionId)
  }
}

/** A connection to a browser, with one session for each target that it is attached to. */
export class CdpConnection {
  readonly browser: CdpSession
  private readonly socket: WebSocket
  private readonly sessions = new Map<string, CdpSession>()
  private readonly waiting = new Map<
    number,
    { method: string; resolve(answer: Answer): void; reject(error: Error): void }
  >()
  private lastId = 0

  private constructor(socket: WebSocket) {
    this.socket = socket
    this.browser = new CdpSession(this)
    socket.on('message', (data) => this.receive(JSON.parse(String(data)) as Incoming))
    socket.on('close', () => {
      for (const { method, reject } of this.waiting.values())
        reject(new Error(`${method}: the browser is gone.`))
      this.waiting.clear()
    })
  }

  static open(url: string): Promise<CdpConnection> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { maxPayload: 0, perMessageDeflate: false })
      socket.once('open', () => resolve(new CdpConnection(socket)))
      socket.once('error', reject)
    })
  }

  async attach(targetId: string): Promise<CdpSession> {
    const { sessionId } = await this.browser.send('Target.attachToTarget', { targetId, flatten: true })
    const session = new CdpSession(this, sessionId)
    this.sessions.set(sessionId, session)
    return session
  }

  send(method: string, params: Parameters, sessionId?: string): Promise<Answer> {
    const id = (this.lastId += 1)
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { method, resolve, reject })
      this.socket.send(JSON.stringify({ id, method, params, sessionId }))
    })
  }

  private receive(message: Incoming): void {
    if (message.id === undefined) {
      const session = message.sessionId ? this.sessions.get(message.sessionId) : this.browser
      session?.emit(String(message.method), message.params)
      return
    }
    const asked = this.waiting.get(message.id)
    this.waiting.delete(message.id)
    if (message.error) asked?.reject(new Error(`${asked.method}: ${message.error.message}`))
    else asked?.resolve(message.result)
  }
}
