import { MessageChannel } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { makeStrict, StrictEmitter } from './strict.ts'

/** Electron's end of a channel. Clones as Node does, and queues messages until it is started. */
export class MessagePortMain extends StrictEmitter {
  private port: MessagePort | null
  private started = false
  private closed = false

  constructor(port: MessagePort) {
    super('MessagePortMain', ['message', 'messageerror', 'close'])
    this.port = port
    port.on('close', () => {
      if (this.port) this.end()
    })
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0)
      throw new Error('The stand-in for Electron cannot pass on ports inside of a port.')
    if (this.closed) return
    this.takePart().postMessage(message)
  }

  start(): void {
    if (this.started) return
    this.started = true
    this.takePart().on('message', (data) => this.emit('message', { data, ports: [] }))
  }

  close(): void {
    if (this.closed) return
    this.takePart().close()
    this.end()
  }

  /** Gives the port away: this object is of no more use. */
  takeAway(): MessagePort {
    const port = this.takePart()
    if (this.started || this.closed) throw new Error('A port that has been started or closed cannot be sent.')
    this.port = null
    return port
  }

  private takePart(): MessagePort {
    if (!this.port) throw new Error('The port has been sent to somebody else.')
    return this.port
  }

  private end(): void {
    if (this.closed) return
    this.closed = true
    this.emit('close')
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain
  readonly port2: MessagePortMain

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = makeStrict('MessagePortMain', new MessagePortMain(port1))
    this.port2 = makeStrict('MessagePortMain', new MessagePortMain(port2))
  }
}
