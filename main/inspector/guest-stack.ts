/** Finds the names and source lines of a guest's stacks. */
import type { StackFrame } from '../contract/model.ts'
import type { RawStack } from '../trace/stack-store.ts'
import type { SourceLocator, SourcePlace } from '../wasm/dwarf/locate.ts'
import { createSourceLocator } from '../wasm/dwarf/locate.ts'
import type { FunctionMap } from '../wasm/function-map.ts'
import { readFunctionMap } from '../wasm/function-map.ts'
import { listSectionRanges } from '../wasm/section-ranges.ts'
import type { LoadedGuest } from './guest-file.ts'

/** One for each guest that was read. Nothing of its debug information is read before a stack is asked for. */
export class GuestStackReader {
  readonly #guest: LoadedGuest
  #functions: FunctionMap | null = null
  #locator: SourceLocator | null = null

  constructor(guest: LoadedGuest) {
    this.#guest = guest
  }

  /** Describes a stack, innermost frame first. Frames that are no code of the guest's are left out. */
  describe(stack: RawStack): StackFrame[] {
    const { bytes, shape } = this.#guest
    if (this.#functions === null) {
      this.#functions = readFunctionMap(bytes, shape)
      this.#locator = createSourceLocator(bytes, listSectionRanges(bytes))
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
