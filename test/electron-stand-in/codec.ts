/**
 * Writes any value that structured cloning carries as JSON, and reads it again: between a real DOM port and a
 * real Node port lies a connection that knows only text. The function stands alone, since its source is also
 * run in the page.
 */
export function createCodec() {
  type Node = null | boolean | number | string | unknown[]

  /** Strings, booleans, null and ordinary numbers stand for themselves; all else is `[tag, …]`. */
  function encode(value: unknown): string {
    const ids = new Map<object, number>()
    return JSON.stringify(write(value))

    function write(item: unknown): Node {
      if (item === null || typeof item === 'string' || typeof item === 'boolean') return item
      if (typeof item === 'number') {
        return Number.isFinite(item) && !Object.is(item, -0)
          ? item
          : ['number', Object.is(item, -0) ? '-0' : String(item)]
      }
      if (typeof item === 'undefined') return ['undefined']
      if (typeof item === 'bigint') return ['bigint', String(item)]
      if (typeof item !== 'object') throw new Error(`A ${typeof item} cannot be cloned.`)
      const seen = ids.get(item)
      if (seen !== undefined) return ['again', seen]
      ids.set(item, ids.size)
      return writeObject(item)
    }

    function writeObject(item: object): Node {
      if (Array.isArray(item))
        return ['array', item.length, ...Object.entries(item).map(([key, each]) => [key, write(each)])]
      if (ArrayBuffer.isView(item)) {
        const length = item instanceof DataView ? item.byteLength : (item as Uint8Array).length
        return ['view', kindOf(item), write(item.buffer), item.byteOffset, length]
      }
      if (item instanceof ArrayBuffer) return ['buffer', toBase64(new Uint8Array(item))]
      if (item instanceof Date) return ['date', write(item.getTime())]
      if (item instanceof RegExp) return ['regexp', item.source, item.flags]
      if (item instanceof Map) return ['map', ...Array.from(item, ([key, each]) => [write(key), write(each)])]
      if (item instanceof Set) return ['set', ...Array.from(item, write)]
      if (item instanceof Error) {
        const cause = 'cause' in item ? [write(item.cause)] : []
        return ['error', item.name, item.message, write(item.stack), ...cause]
      }
      if (kindOf(item) !== 'Object') throw new Error(`A ${kindOf(item)} cannot be sent to the main process.`)
      return ['object', ...Object.entries(item).map(([key, each]) => [key, write(each)])]
    }
  }

  function decode(text: string): unknown {
    const objects: unknown[] = []
    return read(JSON.parse(text) as Node)

    function read(node: Node): unknown {
      if (!Array.isArray(node)) return node
      const [tag, ...rest] = node as [string, ...Node[]]
      if (tag === 'undefined') return undefined
      if (tag === 'number') return Number(rest[0])
      if (tag === 'bigint') return BigInt(rest[0] as string)
      if (tag === 'again') return objects[rest[0] as number]
      // An object's number is given before what lies inside of it is read, as when it was written.
      const id = objects.push(undefined) - 1
      return readObject(tag, rest, (object) => {
        objects[id] = object
        return object
      })
    }

    function readObject(tag: string, rest: Node[], keep: <Kept>(object: Kept) => Kept): unknown {
      if (tag === 'array') {
        const array = keep(Array.from<unknown>({ length: 0 }))
        array.length = rest[0] as number
        for (const [key, each] of rest.slice(1) as [string, Node][]) Reflect.set(array, key, read(each))
        return array
      }
      if (tag === 'object') {
        const object = keep<Record<string, unknown>>({})
        for (const [key, each] of rest as [string, Node][]) {
          Object.defineProperty(object, key, {
            value: read(each),
            writable: true,
            enumerable: true,
            configurable: true,
          })
        }
        return object
      }
      if (tag === 'map') {
        const map = keep(new Map())
        for (const [key, each] of rest as [Node, Node][]) map.set(read(key), read(each))
        return map
      }
      if (tag === 'set') {
        const set = keep(new Set())
        for (const each of rest) set.add(read(each))
        return set
      }
      if (tag === 'buffer') return keep(fromBase64(rest[0] as string).buffer)
      if (tag === 'date') return keep(new Date(read(rest[0] ?? null) as number))
      if (tag === 'regexp') return keep(new RegExp(rest[0] as string, rest[1] as string))
      if (tag === 'view') {
        const [kind, buffer, offset, length] = rest
        const View = Reflect.get(globalThis, kind as string) as Uint8ArrayConstructor
        return keep(new View(read(buffer ?? null) as ArrayBuffer, offset as number, length as number))
      }
      if (tag === 'error') return readError(rest, keep)
      throw new Error(`There is no tag "${tag}".`)
    }

    function readError([name, message, stack, ...cause]: Node[], keep: <Kept>(object: Kept) => Kept): Error {
      const known = Reflect.get(globalThis, name as string) as ErrorConstructor | undefined
      const error = keep(new (known ?? Error)(message as string))
      error.stack = read(stack ?? null) as string
      if (cause.length > 0) error.cause = read(cause[0] ?? null)
      return error
    }
  }

  function kindOf(item: object): string {
    return Object.prototype.toString.call(item).slice('[object '.length, -1)
  }

  function toBase64(bytes: Uint8Array): string {
    let text = ''
    for (let at = 0; at < bytes.length; at += 0x8000)
      text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
    return btoa(text)
  }

  function fromBase64(text: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  }

  return { encode, decode }
}
