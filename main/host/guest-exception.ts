/** Reads an exception that has left the guest: by its tag, as the engine shows its values to nobody else. */
import { showValues } from './show.ts'

/** A tag that the guest exports, imports or has exported for the session alone. */
export interface KnownTag {
  tag: WebAssembly.Tag
  name: string
  /** Of the values that its exceptions carry, as the text format spells them. */
  types: readonly string[]
}

/**
 * Says which tag an exception has and what it carries: `Exception failure, with [I32(42)].` Empty where it has none of
 * the tags (JavaScript interface, "Exceptions": `is`, `getArg`).
 */
export function describeException(exception: WebAssembly.Exception, tags: readonly KnownTag[]): string {
  const known = tags.find(({ tag }) => exception.is(tag))
  if (!known) return ''
  if (known.types.length === 0) return `Exception ${known.name}.`
  try {
    const values = known.types.map((_, index) => exception.getArg(known.tag, index))
    return `Exception ${known.name}, with ${showValues(values, known.types)}.`
  } catch {
    // A v128 or an exnref does not cross to JavaScript.
    return `Exception ${known.name}, with values of ${known.types.join(', ')}.`
  }
}
