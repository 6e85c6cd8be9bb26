/**
 * Perfetto's own trace processor: the WebAssembly module that its page and command line read traces with, and answers
 * its SQL. See https://perfetto.dev/docs/analysis/trace-processor.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { createContext, runInContext } from 'node:vm'

/** A part of a trace that is handed over at once, in bytes. */
const PART_BYTES = 16 * 1024 * 1024
const AFTER_HEADER = 8
const MEMORY_SECTION = 5

export type SqlValue = bigint | string | null
export type SqlRow = Record<string, SqlValue>

/** What a cell holds is not said beforehand: its library then reads integers as `bigint`. */
const ANY = null

interface QueryResult {
  columns(): string[]
  iter(columns: Record<string, typeof ANY>): { valid(): boolean; next(): void } & SqlRow
}

/** The client of its page. */
interface Engine {
  parse(part: Uint8Array): Promise<void>
  notifyEof(): Promise<void>
  query(sql: string): Promise<QueryResult>
  onRpcResponseBytes(bytes: Uint8Array): void
}
type EngineBase = new () => Engine

interface Port {
  onmessage?: (message: { data: Uint8Array }) => void
  postMessage(bytes: Uint8Array): void
}

/** A trace as Perfetto has understood it. */
export interface PerfettoTrace {
  query(sql: string): Promise<SqlRow[]>
}

/**
 * Has Perfetto read a trace. `folder` has its files `engine.mjs`, `engine_bundle.node.js` and `trace_processor.wasm`. Throws
 * where it refuses the trace.
 */
export async function openInPerfetto(folder: string, trace: Uint8Array): Promise<PerfettoTrace> {
  const { EngineBase } = (await import(pathToFileURL(join(folder, 'engine.mjs')).href)) as {
    EngineBase: EngineBase
  }
  // It answers within the call.
  const port: Port = { postMessage: (bytes) => engine.onRpcResponseBytes(bytes) }
  class WasmEngine extends EngineBase {
    rpcSendRequestBytes(data: Uint8Array): void {
      port.onmessage!({ data })
    }
  }
  const engine = new WasmEngine()
  startWorker(folder, port)
  // It is ready some microtasks after its script has run.
  await turn()

  for (let at = 0; at < trace.length; at += PART_BYTES) {
    await engine.parse(trace.subarray(at, at + PART_BYTES))
  }
  await engine.notifyEof()
  return {
    async query(sql) {
      const result = await engine.query(sql)
      const columns = result.columns()
      const rows: SqlRow[] = []
      const cursor = result.iter(Object.fromEntries(columns.map((name) => [name, ANY])))
      for (; cursor.valid(); cursor.next()) {
        rows.push(Object.fromEntries(columns.map((name) => [name, cursor[name]!])))
      }
      return rows
    },
  }
}

/**
 * Runs the script that its page runs in a worker, here in a context that has of a worker what it uses. Its only message
 * is its port.
 */
function startWorker(folder: string, port: Port): void {
  const wasm = readFileSync(join(folder, 'trace_processor.wasm'))
  class XMLHttpRequest {
    response = wasm
    open(): void {}
    send(): void {}
  }
  const context = createContext({
    WorkerGlobalScope: Object,
    XMLHttpRequest,
    location: pathToFileURL(`${folder}/`),
    // What it says stands in its errors, too.
    console: { log() {}, warn() {}, error() {} },
    performance,
    Uint8Array,
    TextDecoder,
    TextEncoder,
    URL,
    crypto,
  }) as { self?: unknown; onmessage(message: { data: Port }): void }
  context.self = context
  const wasmOfContext = runInContext('WebAssembly', context) as typeof WebAssembly
  wasmOfContext.Module = refuseMemory64(wasmOfContext.Module)
  const path = join(folder, 'engine_bundle.node.js')
  runInContext(readFileSync(path, 'utf8'), context, { filename: path })
  context.onmessage({ data: port })
}

/**
 * The script tries a module that is nothing but a memory of 64 bits, and takes the larger one of its two where it
 * compiles. Only the other one is in the package.
 */
function refuseMemory64(Module: typeof WebAssembly.Module): typeof WebAssembly.Module {
  return class extends Module {
    constructor(bytes: Uint8Array<ArrayBuffer>) {
      if (bytes[AFTER_HEADER] === MEMORY_SECTION) throw new Error('There is no memory of 64 bits here.')
      super(bytes)
    }
  }
}
