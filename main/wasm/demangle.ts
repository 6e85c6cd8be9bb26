/** Turns the symbol names that compilers write into the names that people wrote. */
import { demangleRust } from './demangle-rust.ts'

/** Rust's legacy scheme ends every path in a hash of the crate and its version. */
const LEGACY_HASH = /^h[0-9a-f]{16}$/
/** How Rust's legacy scheme spells what an identifier of an assembler may not contain. */
const LEGACY_ESCAPES: Record<string, string> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
}

/**
 * Demangles Rust (legacy `_ZN…17h…E` and v0 `_R…`) and those names of C++ (`_Z…`, Itanium ABI) that are plain
 * paths; of a C++ function the parameters are left out. Every other name is given back as it is.
 */
export function demangle(name: string): string {
  if (name.startsWith('_R')) return demangleRust(name) ?? name
  if (!name.startsWith('_Z')) return cleanLegacyPath(name.split('::')) ?? name
  const path = readPath(name)
  if (path === null) return name
  return cleanLegacyPath(path.parts) ?? (path.isPlain ? path.parts.join('::') : name)
}

/**
 * The path of a name of the Itanium ABI: `N <length and identifier>… E` or one identifier (section 5.1.2).
 * `isPlain`: what follows are parameters only, so that nothing of the name itself is lost.
 */
function readPath(name: string): { parts: string[]; isPlain: boolean } | null {
  // A nested name may begin with a method's own qualifiers: const, volatile, restrict.
  const opening = /^_Z(?:(N)[rVK]*)?/.exec(name)
  if (opening === null) return null
  const isNested = opening[1] !== undefined
  const parts: string[] = []
  let at = opening[0].length
  for (;;) {
    const digits = /^[1-9]\d{0,4}/.exec(name.slice(at, at + 5))?.[0]
    if (digits === undefined) break
    const start = at + digits.length
    at = start + Number(digits)
    if (at > name.length) return null
    const part = name.slice(start, at)
    parts.push(part.startsWith('_GLOBAL__N') ? '(anonymous namespace)' : part)
    if (!isNested) break
  }
  if (parts.length === 0) return null
  if (isNested) return name[at] === 'E' ? { parts, isPlain: true } : null
  // `I` begins the arguments of a template.
  return { parts, isPlain: name[at] !== 'I' }
}

/** The path without its hash and escapes, or null where it is not one of Rust's legacy scheme. */
function cleanLegacyPath(parts: string[]): string | null {
  if (parts.length < 2 || !LEGACY_HASH.test(parts.at(-1)!)) return null
  return parts
    .slice(0, -1)
    .map((part) =>
      part
        .replace(/^_(?=\$)/, '')
        .replaceAll('..', '::')
        .replace(
          /\$(?:([A-Z]{1,2})|u([0-9a-f]{1,6}))\$/g,
          (escape: string, letters: string, code: string) => {
            if (letters !== undefined) return LEGACY_ESCAPES[letters] ?? escape
            const point = Number.parseInt(code, 16)
            return point <= 0x10_ffff ? String.fromCodePoint(point) : escape
          },
        ),
    )
    .join('::')
}
