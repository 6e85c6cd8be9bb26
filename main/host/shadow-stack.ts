/**
 * LLVM keeps a stack of its own in linear memory, one for each instance: two activations that overlap would
 * write over each other's frames. Here each gets a region of its own, and the global that points into the stack
 * is exchanged whenever the guest is suspended, resumed or called.
 */
import { makeError } from '../contract/error-codes.ts'
import type { Activation } from './activation.ts'
import { HandlerError } from './failures.ts'

/** Four times what wasm-ld gives the instance's own stack by default. */
const REGION_BYTES = 256 * 1024
const PAGE_BYTES = 64 * 1024

/** A range of memory for one activation's stack, which grows downwards from `top`. */
interface Region {
  bottom: number
  top: number
}

/** Where an activation's stack is. */
export interface ShadowStackUse {
  /** The stack pointer while the guest does not run. */
  pointer: number
  /** Null on the instance's own stack, whose bottom nobody tells. */
  region: Region | null
  /** Whether it has that stack or region for itself, or stands below the frames of its caller. */
  isNested: boolean
}

/** One per instance. */
export class ShadowStacks {
  readonly #pointer: WebAssembly.Global
  readonly #memory: WebAssembly.Memory
  readonly #is64: boolean
  readonly #top: number
  readonly #free: Region[] = []
  #isBaseTaken = false

  /** `pointer` is the guest's `__stack_pointer`, as it is before the guest has run. */
  constructor(pointer: WebAssembly.Global, memory: WebAssembly.Memory) {
    this.#pointer = pointer
    this.#memory = memory
    this.#is64 = typeof pointer.value === 'bigint'
    this.#top = Number(pointer.value)
  }

  /**
   * Gives an activation its stack and points the guest at it. A nested call stands below the frames of its
   * caller, as on any stack, unless its caller has another one at the same time. Returns what undoes the
   * pointing once the guest has returned or is suspended. Throws STACK_UNAVAILABLE where memory cannot grow.
   */
  begin(activation: Activation): () => void {
    const before = this.#read()
    const { parent } = activation
    const nested = parent?.shadowStack && parent.children.size === 1 ? parent : null
    if (nested) {
      const pointer = nested.suspendedIn ? nested.shadowStack!.pointer : before
      activation.shadowStack = { pointer, region: nested.shadowStack!.region, isNested: true }
    } else if (this.#isBaseTaken) {
      const region = this.#free.pop() ?? this.#allocate()
      activation.shadowStack = { pointer: region.top, region, isNested: false }
    } else {
      // Whatever a trap left behind: with nobody on it, the stack begins at its top.
      this.#isBaseTaken = true
      activation.shadowStack = { pointer: this.#top, region: null, isNested: false }
    }
    this.#write(activation.shadowStack.pointer)
    return () => this.#write(before)
  }

  /** Keeps an activation's stack pointer while it is suspended. Throws STACK_OVERRUN if it left its region. */
  suspend(activation: Activation): void {
    const use = activation.shadowStack
    if (!use) return
    use.pointer = this.#read()
    const { region } = use
    if (region && (use.pointer < region.bottom || use.pointer > region.top)) {
      throw new HandlerError(
        makeError('STACK_OVERRUN', {
          why: `It has ${REGION_BYTES / 1024} KiB, and ${Math.ceil((region.top - use.pointer) / 1024)} KiB are in use.`,
        }),
      )
    }
  }

  /** Points the guest at an activation's stack again. */
  resume(activation: Activation): void {
    if (activation.shadowStack) this.#write(activation.shadowStack.pointer)
  }

  /** Takes an activation's stack back. */
  end(activation: Activation): void {
    const use = activation.shadowStack
    activation.shadowStack = null
    if (!use || use.isNested) return
    if (use.region) this.#free.push(use.region)
    else this.#isBaseTaken = false
  }

  #allocate(): Region {
    const bottom = this.#memory.buffer.byteLength
    const pages = REGION_BYTES / PAGE_BYTES
    try {
      // A memory with 64-bit addresses takes and gives BigInts.
      this.#memory.grow((this.#is64 ? BigInt(pages) : pages) as number)
    } catch (thrown) {
      throw new HandlerError(
        makeError('STACK_UNAVAILABLE', {
          why: `Its memory has ${bottom / PAGE_BYTES} pages: ${(thrown as Error).message}.`,
        }),
      )
    }
    return { bottom, top: bottom + REGION_BYTES }
  }

  #read(): number {
    const { value } = this.#pointer
    // An i32 address comes as a signed number.
    return this.#is64 ? Number(value) : (value as number) >>> 0
  }

  #write(pointer: number): void {
    this.#pointer.value = this.#is64 ? BigInt(pointer) : pointer
  }
}
