/** Finds the names and source lines of a guest's stacks. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { StackFrame } from '../contract/model.ts'
import { GUEST_SIZE_LIMIT_BYTES } from '../contract/schemas.ts'
import type { RawStack } from '../trace/stack-store.ts'
import { readExternalDebugName } from '../wasm/dwarf/external-file.ts'
import type { SourceLocator, SourcePlace } from '../wasm/dwarf/locate.ts'
import { createSourceLocator } from '../wasm/dwarf/locate.ts'
import type { FunctionMap } from '../wasm/function-map.ts'
import { readFunctionMap } from '../wasm/function-map.ts'
import { checkHeader } from '../wasm/header.ts'
import { listSectionRanges } from '../wasm/section-ranges.ts'
import type { LoadedGuest } from './guest-file.ts'

/** One for each guest that was read. Nothing of its debug information is read before a stack is asked for. */
export class GuestStackReader {
  readonly #guest: LoadedGuest
  readonly #folder: string
  #functions: FunctionMap | null = null
  #locator: SourceLocator | null = null

  /** `folder` is the guest's: debug information in a file of its own is looked for there. */
  constructor(guest: LoadedGuest, folder: string) {
    this.#guest = guest
    this.#folder = folder
  }

  /** Describes a stack, innermost frame first. Frames that are no code of the guest's are left out. */
  describe(stack: RawStack): StackFrame[] {
    const { bytes, shape } = this.#guest
    if (this.#functions === null) {
      this.#functions = readFunctionMap(bytes, shape)
      this.#locator = createLocator(bytes, this.#folder)
    }
    const functions = this.#functions
    return stack.flatMap((offsetBytes) => {
      const functionIndex = functions.indexAt(offsetBytes)
      if (functionIndex === null) return []
      const functionName = functions.nameOf(functionIndex)
      const places = this.#locator?.locate(offsetBytes - functions.codeStartBytes) ?? []
      if (places.length === 0) return [{ functionName, functionIndex, offsetBytes, inlined: false }]
      return places.map((place) => describePlace(place, functionName, functionIndex, offsetBytes))
    })
  }
}

/** From the module's own debug information, else from the file beside it that the module names. */
function createLocator(bytes: Uint8Array, folder: string): SourceLocator | null {
  const sections = listSectionRanges(bytes)
  const own = createSourceLocator(bytes, sections)
  const name = own === null ? readExternalDebugName(bytes, sections) : null
  if (name === null) return own
  const path = join(folder, name)
  try {
    const stat = statSync(path)
    if (!stat.isFile() || stat.size > GUEST_SIZE_LIMIT_BYTES) return null
    const external = new Uint8Array(readFileSync(path))
    checkHeader(external)
    return createSourceLocator(external, listSectionRanges(external))
  } catch {
    // A file that is not there, or is no module, leaves the stack with names and offsets.
    return null
  }
}

function describePlace(
  place: SourcePlace,
  functionName: string,
  functionIndex: number,
  offsetBytes: number,
): StackFrame {
  return {
    functionName: place.functionName ?? (place.inlined ? '(inlined)' : functionName),
    functionIndex,
    offsetBytes,
    ...(place.file !== null && { file: place.file }),
    ...(place.line !== null && { line: place.line }),
    ...(place.column !== null && { column: place.column }),
    inlined: place.inlined,
  }
}
