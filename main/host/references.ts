/** Stable handles for the references that cross the boundary, so that a trace can tell them apart. */

const LONGEST_PREVIEW = 60
/** Strings, symbols and numbers that the guest holds as externref cannot be weak keys: keep only so many. */
const PRIMITIVE_LIMIT = 10_000

/** One per session. An object keeps its handle for as long as it lives; handles are never given twice. */
export class References {
  /** Called once for each new handle, before the handle is used. */
  onNew: (handle: number, preview: string) => void = () => {}
  readonly #objects = new WeakMap<WeakKey, number>()
  readonly #primitives = new Map<unknown, number>()
  #last = 0

  /** The handle of a reference; 0 for null. */
  handleOf(value: unknown): number {
    if (value === null) return 0
    const weak = typeof value === 'object' || typeof value === 'function'
    const known = weak ? this.#objects.get(value as WeakKey) : this.#primitives.get(value)
    if (known !== undefined) return known
    const handle = ++this.#last
    if (weak) this.#objects.set(value as WeakKey, handle)
    else {
      if (this.#primitives.size >= PRIMITIVE_LIMIT) this.#primitives.clear()
      this.#primitives.set(value, handle)
    }
    this.onNew(handle, this.previewOf(value))
    return handle
  }

  /** A short text for people. Runs no code of the value: its constructor's name is read, not called. */
  previewOf(value: unknown): string {
    if (typeof value === 'string') {
      return JSON.stringify(value.length > LONGEST_PREVIEW ? `${value.slice(0, LONGEST_PREVIEW)}…` : value)
    }
    if (typeof value === 'function') return `function ${readName(value)}`
    if (typeof value === 'object' && value !== null) {
      try {
        const prototype = Object.getPrototypeOf(value) as object | null
        const descriptor: PropertyDescriptor | undefined | null =
          prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')
        return descriptor && typeof descriptor.value === 'function' ? readName(descriptor.value) : 'object'
      } catch {
        // A proxy whose trap throws.
        return 'object'
      }
    }
    return String(value)
  }
}

function readName(value: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(value, 'name')?.value
  return typeof name === 'string' ? name.slice(0, LONGEST_PREVIEW) : ''
}
