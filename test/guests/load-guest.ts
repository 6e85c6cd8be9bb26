import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { HostContext, HostImports, HostModule, ImportHandler } from '../../main/host/api.ts'
import { instantiateSliced } from './instantiate-sliced.ts'

/** The folder of the bundled guests. */
export const guestsFolder = path.join(import.meta.dirname, '../../guests')

/** A guest that is ready to be called. */
export interface LoadedGuest {
  exports: Record<string, WebAssembly.ExportValue>
  /** Calls an export, which may be suspended. */
  call(name: string, ...values: unknown[]): Promise<unknown>
  /** What the host module printed, in order. */
  lines: string[]
  /** Fires `context.signal`. */
  abort(reason: Error): void
}

let hasSlicePoints = false

/** Has the guests that are loaded from now on stopped at every slice point that they come to. */
export function useSlicePoints(): void {
  hasSlicePoints = true
}

async function instantiate(bytes: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports) {
  return WebAssembly.instantiate(await WebAssembly.compile(bytes), imports)
}

/**
 * Instantiates a guest with its own host module and the engine's promise integration, and nothing of the
 * inspector: what these tests find is true of the guests alone.
 * `hostFolder` holds another copy of the host module; `extraImports` are added to what it binds.
 */
export async function loadGuest(
  name: string,
  { hostFolder = path.join(guestsFolder, name), extraImports = {} as HostImports } = {},
): Promise<LoadedGuest> {
  const { Suspending, promising } = WebAssembly
  if (Suspending === undefined || promising === undefined) {
    throw new Error('These tests need an engine with JavaScript promise integration: Node 24.20 or later.')
  }
  const abortController = new AbortController()
  const lines: string[] = []
  const syncHandlers = new Set<ImportHandler>()
  let instance: WebAssembly.Instance | undefined

  const context: HostContext = {
    get memory() {
      return readExport(instance, 'memory') as WebAssembly.Memory
    },
    get exports() {
      return Object.fromEntries(
        Object.entries(instance?.exports ?? {}).map(([exportName, value]) => [
          exportName,
          typeof value === 'function' ? promising(value) : value,
        ]),
      )
    },
    signal: abortController.signal,
    console: createConsole(lines),
    show: (...values) => `[${values.map((value) => `I32(${String(value)})`).join(', ')}]`,
    exit(status) {
      throw new Error(`exit ${status}`)
    },
    sync(handler) {
      syncHandlers.add(handler)
      return handler
    },
    reads: (_readings, handler) => handler,
    read: {
      bytes: (address, lengthBytes) =>
        memoryBytes().slice(Number(address), Number(address) + Number(lengthBytes)),
      utf8: (address, lengthBytes) => new TextDecoder().decode(context.read.bytes(address, lengthBytes)),
      cString(address) {
        const end = memoryBytes().indexOf(0, Number(address))
        return context.read.utf8(address, end - Number(address))
      },
    },
    write: {
      bytes: (address, bytes) => memoryBytes().set(bytes, Number(address)),
      utf8(address, text) {
        const bytes = new TextEncoder().encode(text)
        context.write.bytes(address, bytes)
        return bytes.length
      },
    },
  }

  function memoryBytes(): Uint8Array {
    return new Uint8Array(context.memory.buffer)
  }

  const hostFile = pathToFileURL(path.join(hostFolder, 'host.ts')).href
  const { default: hostModule } = (await import(hostFile)) as { default: HostModule }
  const hostImports = typeof hostModule === 'function' ? await hostModule(context) : hostModule

  const imports: Record<string, Record<string, unknown>> = {}
  for (const source of [hostImports, extraImports]) {
    for (const [moduleName, members] of Object.entries(source)) {
      imports[moduleName] ??= {}
      for (const [importName, value] of Object.entries(members)) {
        const suspends = isHandler(value) && !syncHandlers.has(value)
        imports[moduleName][importName] = suspends ? new Suspending(value) : value
      }
    }
  }

  const bytes = await readFile(path.join(guestsFolder, name, `${name}.wasm`))
  const makeInstance = hasSlicePoints ? instantiateSliced : instantiate
  instance = await makeInstance(bytes, imports as WebAssembly.Imports)
  return {
    exports: instance.exports,
    call: async (exportName, ...values) => await promising(readExport(instance, exportName))(...values),
    lines,
    abort: (reason) => abortController.abort(reason),
  }
}

function isHandler(value: HostImports[string][string]): value is ImportHandler {
  return typeof value === 'function'
}

function readExport(instance: WebAssembly.Instance | undefined, name: string): WebAssembly.ExportValue {
  const value = instance?.exports[name]
  if (value === undefined) throw new Error(`There is no export ${name}, or no instance yet.`)
  return value
}

function createConsole(lines: string[]): HostContext['console'] {
  const print = (...values: unknown[]) => void lines.push(values.map(String).join(' '))
  return { log: print, info: print, warn: print, error: print, debug: print }
}
