import { makeError } from '../contract/error-codes.ts'
import type { ImportInfo } from '../contract/guests.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { ImportReading } from '../host/protocol.ts'
import { readingSignature } from '../wasm/readings/model.ts'
import { describeReadingError, parseReadings } from '../wasm/readings/parse.ts'
import type { ImportShape, ModuleShape } from '../wasm/types.ts'

/** How the imports of one guest are read: what its user said, what its host module declares. */
export class GuestReadings {
  /** What the user said, by import. It outlives reloads. */
  #given: ImportReading[] = []
  /** What the host module declares, in the order of the module's imports. */
  declared: readonly (string | null)[] = []
  /** What would fit the calls so far. */
  #suggested: ImportReading[] = []

  list(): ImportReading[] {
    return this.#given
  }

  /**
   * Gives an import readings, or takes them away (null), so that those of the host module count. READING_INVALID
   * for no such import, and for a text that does not fit it.
   */
  set(shape: ModuleShape | null, module: string, name: string, readings: string | null): Result<null> {
    const imported = shape?.imports.find((entry) => entry.module === module && entry.name === name)
    if (imported?.type.kind !== 'function') {
      return failure(
        makeError('READING_INVALID', { why: `The guest imports no function ${module}.${name}.` }),
      )
    }
    const problem = readings === null ? null : findProblem(imported, readings)
    if (problem) return failure(problem)
    this.#given = this.#given.filter((entry) => entry.module !== module || entry.name !== name)
    if (readings !== null) this.#given.push({ module, name, readings })
    return success(null)
  }

  /** The same for an import named as the command line does: `env.log`. */
  setNamed(shape: ModuleShape, importName: string, readings: string): Result<null> {
    const named = shape.imports.find(({ module, name }) => `${module}.${name}` === importName)
    if (named) return this.set(shape, named.module, named.name, readings)
    return failure(makeError('READING_INVALID', { why: `The guest imports no function ${importName}.` }))
  }

  /** Readings that no longer fit, because the guest is another than when they were given. */
  findProblems(shape: ModuleShape): InspectorError[] {
    return this.#given.flatMap(({ module, name, readings }) => {
      const imported = shape.imports.find((entry) => entry.module === module && entry.name === name)
      return (imported && findProblem(imported, readings)) ?? []
    })
  }

  /** Offers readings for an import, or (null) takes the offer back. */
  suggest({
    module,
    name,
    readings,
  }: Pick<ImportReading, 'module' | 'name'> & { readings: string | null }): void {
    this.#suggested = this.#suggested.filter((entry) => entry.module !== module || entry.name !== name)
    if (readings !== null) this.#suggested.push({ module, name, readings })
  }

  /** Forgets what a worker has said, because another follows. */
  forgetWorker(): void {
    this.declared = []
    this.#suggested = []
  }

  /** Adds the readings of the import at `index` to what is said of it. */
  describe(info: ImportInfo, index: number): ImportInfo {
    const isOf = ({ module, name }: ImportReading): boolean => module === info.module && name === info.name
    const given = this.#given.find(isOf)
    if (given) return { ...info, readings: { text: given.readings, by: 'user' } }
    const declared = this.declared[index] ?? null
    if (declared !== null) return { ...info, readings: { text: declared, by: 'host' } }
    const suggested = this.#suggested.find(isOf)
    return suggested ? { ...info, suggestion: suggested.readings } : info
  }
}

function findProblem(imported: ImportShape, readings: string): InspectorError | null {
  const signature = readingSignature(imported)
  if (!signature) return null
  const parsed = parseReadings(readings, signature)
  if (parsed.ok) return null
  const why = `${imported.module}.${imported.name}: ${describeReadingError(parsed.error)}`
  return makeError('READING_INVALID', { why, cause: pointAt(readings, parsed.error.offset) })
}

/** The line of the text with a mark below the place: for a monospaced font. */
function pointAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const [line = ''] = text.slice(lineStart).split('\n')
  return `${line}\n${' '.repeat(offset - lineStart)}^`
}
