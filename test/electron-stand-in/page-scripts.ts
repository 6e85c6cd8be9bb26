/**
 * What runs in the page: the preload script's surroundings, in a world of their own, and the other end of
 * `contextBridge` in the page's world. The two worlds share the document but no objects, as in Electron; events
 * whose details the engine clones from one world to the other connect them.
 *
 * The functions stand alone, since the page runs their source.
 */
import { createCodec } from './codec.ts'

/** The world in which the preload script runs. */
export const PRELOAD_WORLD = 'electron-preload'
/** The function by which that world calls the stand-in. */
export const BINDING = 'callStandIn'
/** The function at which the debugger pauses, to be told where a file lies. */
export const PATH_FUNCTION = 'waitForPath'

/** What passes between the stand-in and the preload script's world. */
export type WorldMessage =
  | { type: 'ipc'; channel: string; data: unknown; portIds: number[] }
  | { type: 'port-message'; portId: number; data: unknown }
  | { type: 'port-close'; portId: number }
  | { type: 'fatal'; message: string }

/** The script for the page's own world. Takes names by which the two worlds find each other. */
export function writePageScript(token: string): string {
  return `(${runInPageWorld.toString()})(${JSON.stringify(token)})`
}

/** The script for the preload script's world, with the preload script in it. */
export function writePreloadScript(token: string, preloadSource: string): string {
  const settings = JSON.stringify({ token, binding: BINDING })
  return `(${runInPreloadWorld.toString()})(${settings}, (${createCodec.toString()})(), function (require, module, exports) {
${preloadSource}
})`
}

type Shape =
  | { kind: 'value'; value: unknown }
  | { kind: 'function'; id: number }
  | { kind: 'object'; entries: [string, Shape][] }
type Reply = { ok: true; value: unknown } | { ok: false; message: string }

function runInPageWorld(token: string): void {
  if (window !== window.top) return
  window.addEventListener(`${token}:expose`, (event) => {
    const { key, shape } = (event as CustomEvent<{ key: string; shape: Shape }>).detail
    Object.defineProperty(window, key, { value: build(shape), enumerable: true })
  })

  function build(shape: Shape): unknown {
    if (shape.kind === 'value') return shape.value
    if (shape.kind === 'function') return (...values: unknown[]) => call(shape.id, values)
    return Object.freeze(Object.fromEntries(shape.entries.map(([key, each]) => [key, build(each)])))
  }

  function call(id: number, values: unknown[]): unknown {
    const replies: Reply[] = []
    const hear = (event: Event) => replies.push((event as CustomEvent<Reply>).detail)
    window.addEventListener(`${token}:reply`, hear)
    window.dispatchEvent(new CustomEvent(`${token}:call`, { detail: { id, values } }))
    window.removeEventListener(`${token}:reply`, hear)
    const reply = replies[0]
    if (!reply) throw new Error('The preload script did not answer.')
    if (!reply.ok) throw new Error(reply.message)
    return reply.value
  }
}

function runInPreloadWorld(
  settings: { token: string; binding: string },
  codec: ReturnType<typeof createCodec>,
  runPreload: (require: (name: string) => unknown, module: object, exports: object) => void,
): void {
  if (window !== window.top) return
  const { token, binding } = settings
  const ports = new Map<number, MessagePort>()
  const functions: ((...values: unknown[]) => unknown)[] = []
  const listeners: { channel: string; once: boolean; listener: (event: object, data: unknown) => void }[] = []

  function send(message: WorldMessage): void {
    ;(Reflect.get(globalThis, binding) as (text: string) => void)(codec.encode(message))
  }

  function failLoudly(error: unknown): void {
    send({ type: 'fatal', message: error instanceof Error ? String(error.stack) : String(error) })
  }

  Reflect.set(globalThis, 'receiveFromStandIn', (text: string) => {
    const message = codec.decode(text) as WorldMessage
    if (message.type === 'ipc') emit(message.channel, message.data, message.portIds.map(openPort))
    else if (message.type === 'port-message') ports.get(message.portId)?.postMessage(message.data)
    else if (message.type === 'port-close') ports.get(message.portId)?.close()
  })

  function openPort(portId: number): MessagePort {
    const { port1, port2 } = new MessageChannel()
    ports.set(portId, port1)
    port1.addEventListener('message', (event) => {
      try {
        if (event.ports.length > 0) throw new Error('The stand-in cannot pass on ports inside of a port.')
        send({ type: 'port-message', portId, data: event.data })
      } catch (error) {
        failLoudly(error)
      }
    })
    port1.addEventListener('close', () => send({ type: 'port-close', portId }))
    port1.start()
    return port2
  }

  function emit(channel: string, data: unknown, received: MessagePort[]): void {
    for (const entry of listeners.filter((each) => each.channel === channel)) {
      if (entry.once) listeners.splice(listeners.indexOf(entry), 1)
      entry.listener({ ports: received, sender: electron.ipcRenderer }, data)
    }
  }

  function describe(value: unknown): Shape {
    if (typeof value === 'function')
      return { kind: 'function', id: functions.push(value as () => unknown) - 1 }
    if (typeof value !== 'object' || value === null) return { kind: 'value', value }
    return { kind: 'object', entries: Object.entries(value).map(([key, each]) => [key, describe(each)]) }
  }

  window.addEventListener(`${token}:call`, (event) => {
    const { id, values } = (event as CustomEvent<{ id: number; values: unknown[] }>).detail
    let reply: Reply
    try {
      reply = { ok: true, value: functions[id]?.(...values) }
    } catch (error) {
      reply = { ok: false, message: error instanceof Error ? error.message : String(error) }
    }
    window.dispatchEvent(new CustomEvent(`${token}:reply`, { detail: reply }))
  })

  // The stand-in asks the browser where the file lies while the debugger holds this function.
  function waitForPath(file: File): string {
    let path: string | null = null
    // oxlint-disable-next-line no-debugger
    debugger
    if (path === null) throw new Error(`The stand-in was not told where ${file.name} lies.`)
    return path
  }

  function strict<Target extends object>(name: string, target: Target): Target {
    return new Proxy(target, {
      get(object, property, receiver) {
        if (property in object || typeof property === 'symbol' || property === 'then')
          return Reflect.get(object, property, receiver)
        throw new Error(`The stand-in for Electron has no ${name}.${property} in a sandboxed preload script.`)
      },
    })
  }

  const electron = strict('electron', {
    contextBridge: strict('contextBridge', {
      exposeInMainWorld(key: string, api: unknown) {
        window.dispatchEvent(new CustomEvent(`${token}:expose`, { detail: { key, shape: describe(api) } }))
      },
    }),
    ipcRenderer: strict('ipcRenderer', {
      on: (channel: string, listener: (event: object, data: unknown) => void) =>
        void listeners.push({ channel, once: false, listener }),
      once: (channel: string, listener: (event: object, data: unknown) => void) =>
        void listeners.push({ channel, once: true, listener }),
    }),
    webUtils: strict('webUtils', {
      getPathForFile(file: unknown) {
        if (!(file instanceof File)) throw new TypeError('getPathForFile expected to receive a File object.')
        return waitForPath(file)
      },
    }),
  })

  try {
    const module = { exports: {} }
    runPreload(
      (name) => {
        if (name === 'electron') return electron
        throw new Error(`A sandboxed preload script cannot require "${name}".`)
      },
      module,
      module.exports,
    )
  } catch (error) {
    failLoudly(error)
  }
}
