import { createBirpc } from 'birpc'
import { readonly, ref } from 'vue'
import type { InspectorService } from '../../main/contract/service.ts'
import type { InspectorError } from '../../main/contract/result.ts'
import type { Backend, BackendCalls, BackendState } from './backend.ts'
import { ConnectionRefused } from './channel.ts'
import type { Channel, OpenChannel } from './channel.ts'
import { receiveElectronPorts } from './electron-channel.ts'
import { prepareWebSocket } from './websocket-channel.ts'

const RETRY_FIRST_MS = 250
const RETRY_LONGEST_MS = 5000

type Remote = ReturnType<typeof createRemote>

/** Connects to the inspector by the door that this page came from, and stays connected. */
export function connectBackend(): Backend {
  const bridge = window.jspiInspector
  return bridge
    ? createBackend(receiveElectronPorts(), 'desktop window', (file) => bridge.pathForFile(file))
    : createBackend(prepareWebSocket(), 'browser door')
}

/** Makes a backend of a way to open connections; opens the first at once and another when one is lost. */
export function createBackend(
  open: OpenChannel,
  door: string,
  pathForFile?: (file: File) => string,
): Backend {
  const state = ref<BackendState>('connecting')
  const handlers = new Map<string, Set<(payload: never) => void>>()
  const connected = Promise.withResolvers<void>()
  let remote: Remote | null = null

  function hear(event: string, payload: never): void {
    for (const handler of handlers.get(event) ?? []) handler(payload)
  }

  async function keepConnected(): Promise<never> {
    let retryMs = RETRY_FIRST_MS
    for (;;) {
      try {
        const channel = await open()
        const opened = createRemote(channel, hear)
        remote = opened
        retryMs = RETRY_FIRST_MS
        state.value = 'connected'
        connected.resolve()
        await new Promise<void>((resolve) => channel.onClosed(resolve))
        remote = null
        state.value = 'lost'
        opened.$close()
      } catch (reason) {
        state.value = reason instanceof ConnectionRefused ? 'refused' : 'lost'
        connected.resolve()
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs))
      retryMs = Math.min(retryMs * 2, RETRY_LONGEST_MS)
    }
  }

  async function ask(name: string, request: unknown[]): Promise<unknown> {
    await connected.promise
    const asked = remote
    if (!asked) return { ok: false, error: describeLostConnection() }
    try {
      return await asked.$callRaw({ method: name, args: request })
    } catch (cause) {
      return { ok: false, error: asked.$closed ? describeLostConnection() : describeFault(name, cause) }
    }
  }

  void keepConnected()
  return {
    call: new Proxy({} as BackendCalls, {
      get:
        (_, name) =>
        (...request: unknown[]) =>
          ask(String(name), request),
    }),
    on(event, handler) {
      const heard = handlers.get(event) ?? new Set()
      handlers.set(event, heard.add(handler))
      return () => heard.delete(handler)
    },
    state: readonly(state),
    door,
    ...(pathForFile && { pathForFile }),
  }
}

function createRemote(channel: Channel, hear: (event: string, payload: never) => void) {
  return createBirpc<InspectorService, Record<string, never>, false>(
    {},
    {
      resolver: (event) => (payload: never) => hear(event, payload),
      post: (message) => channel.post(message),
      on: (handler) => channel.listen(handler),
      timeout: -1,
      proxify: false,
    },
  )
}

function describeLostConnection(): InspectorError {
  return {
    code: 'CONNECTION_LOST',
    what: 'The connection to the inspector was lost.',
    why: 'It ended, or cannot be reached.',
    fix: 'Wait until the window is connected again, or start the inspector again.',
  }
}

function describeFault(name: string, cause: unknown): InspectorError {
  return {
    code: 'INTERNAL',
    what: 'The inspector itself failed.',
    why: `It could not answer “${name}”.`,
    fix: 'Please report this with the text below.',
    cause: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
  }
}
