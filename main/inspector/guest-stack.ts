/** Finds the names and source lines of a guest's stacks. */
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DebugInfo, StackFrame } from '../contract/calls.ts'
import type { Result } from '../contract/result.ts'
import { success } from '../contract/result.ts'
import type { RawStack } from '../trace/stack-store.ts'
import { readExternalDebugName } from '../wasm/dwarf/external-file.ts'
import type { SourceLocator, SourcePlace } from '../wasm/dwarf/locate.ts'
import { createSourceLocator } from '../wasm/dwarf/locate.ts'
import type { FunctionMap } from '../wasm/function-map.ts'
import { readFunctionMap } from '../wasm/function-map.ts'
import { listSectionRanges } from '../wasm/section-ranges.ts'
import type { SectionedModule } from './debug-file.ts'
import { missingFileError, readDebugFile } from './debug-file.ts'
import type { LoadedGuest } from './guest-file.ts'

/** Debug information, and where it was found. */
interface FoundDebug {
  locator: SourceLocator | null
  info: DebugInfo
}

/** One for each guest that was read. Nothing of its debug information is read before a stack is asked for. */
export class GuestStackReader {
  readonly #guest: LoadedGuest
  readonly #folder: string
  #debugPath: string | null
  #functions: FunctionMap | null = null
  #found: FoundDebug | null = null
  /** By offset: stacks have most of their frames in common. */
  readonly #frames = new Map<number, StackFrame[]>()

  /**
   * `folder` is the guest's: debug information in a file of its own is looked for there, unless `debugPath` names
   * the file.
   */
  constructor(guest: LoadedGuest, folder: string, debugPath: string | null = null) {
    this.#guest = guest
    this.#folder = folder
    this.#debugPath = debugPath
  }

  /**
   * Takes the debug information from a file from now on; null: from where the guest has it. Fails as `readDebugFile`
   * does, and then leaves everything as it was.
   */
  useDebugFile(path: string | null): Result<null> {
    let found: FoundDebug | null = null
    if (path !== null) {
      const read = readDebugFile(path, sectionsOf(this.#guest))
      if (!read.ok) return read
      found = describeGiven(path, read.value)
    }
    this.#debugPath = path
    this.#found = found
    this.#frames.clear()
    return success(null)
  }

  /** Where the files and lines of {@link describe} are from. */
  describeDebug(): DebugInfo {
    return this.#findDebug().info
  }

  /** Describes a stack, innermost frame first. Frames that are no code of the guest's are left out. */
  describe(stack: RawStack): StackFrame[] {
    return stack.flatMap((offsetBytes) => {
      const known = this.#frames.get(offsetBytes)
      if (known) return known
      const frames = this.#describeFrame(offsetBytes)
      this.#frames.set(offsetBytes, frames)
      return frames
    })
  }

  #describeFrame(offsetBytes: number): StackFrame[] {
    this.#functions ??= readFunctionMap(this.#guest.bytes, this.#guest.shape)
    const functions = this.#functions
    const functionIndex = functions.indexAt(offsetBytes)
    if (functionIndex === null) return []
    const name = functions.nameOf(functionIndex)
    const places = this.#findDebug().locator?.locate(offsetBytes - functions.codeStartBytes) ?? []
    const own = { functionIndex, offsetBytes }
    const named = { functionName: name ?? `function ${functionIndex}`, named: name !== null }
    if (places.length === 0) return [{ ...named, ...own, inlined: false }]
    return places.map((place) => Object.assign({}, namePlace(place, named), own, describePlace(place)))
  }

  #findDebug(): FoundDebug {
    this.#found ??= findDebug(sectionsOf(this.#guest), this.#folder, this.#debugPath)
    return this.#found
  }
}

/** Of a file that was given, else of the guest itself, else of the file beside it that it names. */
function findDebug(guest: SectionedModule, folder: string, debugPath: string | null): FoundDebug {
  let error = null
  if (debugPath !== null) {
    const read = readDebugFile(debugPath, guest)
    if (read.ok) return describeGiven(debugPath, read.value)
    error = read.error
  }
  const own = createSourceLocator(guest.bytes, guest.sections)
  if (own !== null) return { locator: own, info: { source: 'guest', fileName: null, error } }
  const fileName = readExternalDebugName(guest.bytes, guest.sections)
  if (fileName === null) return { locator: null, info: { source: 'none', fileName, error } }
  const path = join(folder, fileName)
  if (!existsSync(path)) {
    return { locator: null, info: { source: 'none', fileName, error: error ?? missingFileError(fileName) } }
  }
  const read = readDebugFile(path, guest)
  if (read.ok) return { locator: read.value, info: { source: 'named', fileName, error } }
  return { locator: null, info: { source: 'none', fileName, error: error ?? read.error } }
}

function describeGiven(path: string, locator: SourceLocator): FoundDebug {
  return { locator, info: { source: 'given', fileName: basename(path), error: null } }
}

function sectionsOf({ bytes }: LoadedGuest): SectionedModule {
  return { bytes, sections: listSectionRanges(bytes) }
}

function namePlace(
  { functionName, inlined }: SourcePlace,
  own: Pick<StackFrame, 'functionName' | 'named'>,
): Pick<StackFrame, 'functionName' | 'named'> {
  if (functionName !== null) return { functionName, named: true }
  return inlined ? { functionName: '(inlined)', named: false } : own
}

function describePlace({ file, line, column, inlined }: SourcePlace) {
  return {
    ...(file !== null && { file }),
    ...(line !== null && { line }),
    ...(column !== null && { column }),
    inlined,
  }
}
