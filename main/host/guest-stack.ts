/**
 * The guest's frames of a stack, as places in the guest's file; the inspector finds names and lines for them.
 *
 * V8 shows a frame of WebAssembly as `at name (wasm://wasm/1a2b3c4d:wasm-function[3]:0x48)`, the offset being
 * that of the instruction from the start of the module as it was compiled. Frames are there only while the
 * guest is not suspended, and reach down to the export that the activation began with.
 */

import { TRAMPOLINE_MODULE_NAME } from '../wasm/trampolines.ts'

/** More frames than people read: deep recursions are cut. */
const DEEPEST = 64
/** To keep what a stack can be read from later costs about a microsecond. */
const SAMPLE_INTERVAL_NS = 1e6
const FRAME = /^\s+at .*?(wasm:\/\/.*):wasm-function\[\d+\]:0x([0-9a-f]{1,8})\)?$/
const JAVASCRIPT_FRAME = /^\s+at (?:async )?(\S+)/

/** What V8 puts a stack into; it prepares it when it is read for the first time. */
interface StackHolder {
  stack?: unknown
}

/** A frame of a stack, without what is not wanted here. */
interface Frame {
  /** Of a frame of WebAssembly: its module; null for JavaScript. */
  module: string | null
  /** Of a frame of WebAssembly: in the module as it was compiled. */
  offsetBytes: number
  functionName: string | null
}

/**
 * The name of the function through which an activation enters the guest. What lies below it in a stack belongs
 * to the activation that this one was called from.
 */
const ENTRY_NAME = 'enterGuest'

/** Calls `begin`, marking where an activation begins in the stacks that are read here. */
export function enterGuest<Value>(begin: () => Value): Value {
  return begin()
}

/** Reads the guest's frames of one session, in its worker. Offsets are innermost first. */
export class GuestStacks {
  /** Whether every import call is to have the stack that it was made from. It costs some microseconds each. */
  captureAtImports: boolean
  /** Where an instruction of the module as compiled is in the guest's file; null for one that was added. */
  toFileOffset: (offsetBytes: number) => number | null = (offsetBytes) => offsetBytes
  #sampledAtNs = -Infinity
  /** Errors whose frames stand by a call already: passed on, they say nothing of another call. */
  readonly #attributed = new WeakSet<WeakKey>()

  constructor(captureAtImports = false) {
    this.captureAtImports = captureAtImports
  }

  /** The frames at which an error was made; none for what has no stack, or has been read before. */
  readThrown(thrown: unknown): number[] {
    try {
      if (!isError(thrown) || this.#attributed.has(thrown)) return []
      this.#attributed.add(thrown)
      return this.#choose(typeof thrown.stack === 'string' ? thrown.stack.split('\n').map(parseFrame) : [])
    } catch {
      // A host module may throw anything, such as an object that fails when its stack is asked for.
      return []
    }
  }

  /**
   * Where in the guest `thrown`, of which `stack` was read, trapped; null where that was in WebAssembly of the host's
   * own that the guest has called through a table.
   */
  findTrap(thrown: unknown, stack: readonly number[]): number | null {
    const text = isError(thrown) && typeof thrown.stack === 'string' ? thrown.stack : ''
    const innermost = /^\s+at .*$/m.exec(text)?.[0]
    const offsetBytes = innermost === undefined ? null : this.toFileOffset(parseFrame(innermost).offsetBytes)
    return offsetBytes !== null && offsetBytes > 0 && offsetBytes === stack[0] ? offsetBytes : null
  }

  /** The frames from which the present import call was made. `thrown` is what its handler threw, if it did. */
  capture(thrown?: unknown): number[] {
    if (isError(thrown)) this.#attributed.add(thrown)
    const { stackTraceLimit } = Error
    try {
      Error.stackTraceLimit = DEEPEST
      const holder: StackHolder = {}
      Error.captureStackTrace(holder, this.capture)
      return this.#readHolder(holder)
    } catch {
      // A host module may have frozen Error.
      return []
    } finally {
      Error.stackTraceLimit = stackTraceLimit
    }
  }

  /**
   * Keeps what the frames of the present import call can be read from later, while the guest is suspended in it;
   * null when another call was sampled less than a millisecond before. The function is to be called once.
   */
  sample(nowNs: number): (() => number[]) | null {
    if (nowNs - this.#sampledAtNs < SAMPLE_INTERVAL_NS) return null
    this.#sampledAtNs = nowNs
    return this.keep()
  }

  /** Keeps what the present frames of the guest can be read from later. The function is to be called once. */
  keep(): () => number[] {
    const { stackTraceLimit } = Error
    try {
      Error.stackTraceLimit = DEEPEST
      const holder: StackHolder = {}
      Error.captureStackTrace(holder, this.keep)
      return () => this.#readHolder(holder)
    } catch {
      // A host module may have frozen Error.
      return () => []
    } finally {
      Error.stackTraceLimit = stackTraceLimit
    }
  }

  #readHolder(holder: StackHolder): number[] {
    const { prepareStackTrace } = Error
    try {
      // The frames themselves: to make a text of them takes several times as long.
      Error.prepareStackTrace = (_, sites) => sites
      return this.#choose((holder.stack as NodeJS.CallSite[]).map(describeSite))
    } catch {
      return []
    } finally {
      Error.prepareStackTrace = prepareStackTrace
    }
  }

  /** Of a stack, innermost first, the guest's own frames in the newest activation. */
  #choose(frames: readonly Frame[]): number[] {
    const entry = frames.findIndex(
      ({ module, functionName }) => module === null && functionName === ENTRY_NAME,
    )
    const activation = entry < 0 ? frames : frames.slice(0, entry)
    // A host module may run WebAssembly of its own, but what an activation began with is the guest.
    const guest = activation.findLast(({ module }) => module !== null && !isTrampoline(module))?.module
    return activation
      .filter(({ module }) => module !== null && module === guest)
      .flatMap(({ offsetBytes }) => this.toFileOffset(offsetBytes) ?? [])
      .filter((offsetBytes) => offsetBytes > 0)
      .slice(0, DEEPEST)
  }
}

/** A guest may export an import as it is: what is called then is a trampoline, and none of the guest. */
function isTrampoline(module: string): boolean {
  return module.includes(TRAMPOLINE_MODULE_NAME)
}

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error
}

function parseFrame(line: string): Frame {
  const [, module, offset] = FRAME.exec(line) ?? []
  if (module !== undefined) return { module, offsetBytes: Number.parseInt(offset!, 16), functionName: null }
  return { module: null, offsetBytes: 0, functionName: JAVASCRIPT_FRAME.exec(line)?.[1] ?? null }
}

function describeSite(site: NodeJS.CallSite): Frame {
  const source = site.getScriptNameOrSourceURL() as string | null
  if (!source?.startsWith('wasm://')) {
    return { module: null, offsetBytes: 0, functionName: site.getFunctionName() }
  }
  // V8 counts columns from 1, and takes a module for a file of one line.
  return { module: source, offsetBytes: (site.getColumnNumber() ?? 0) - 1, functionName: null }
}
