/** Takes a module through every stage up to its compilation, and holds each to what V8 says of the module. */
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { compileGuest } from '../../main/host/guest.ts'
import { describeExports, describeImports, hidesStack } from '../../main/inspector/describe-module.ts'
import type { LoadedGuest } from '../../main/inspector/guest-file.ts'
import { readGuestFile } from '../../main/inspector/guest-file.ts'
import { GuestStackReader } from '../../main/inspector/guest-stack.ts'
import { createSourceLocator } from '../../main/wasm/dwarf/locate.ts'
import { readFunctionMap } from '../../main/wasm/function-map.ts'
import { addSlicePoints, SLICE_COUNT } from '../../main/wasm/instrument/slice-points.ts'
import { exposeHidden, listHidden } from '../../main/wasm/hidden-resources.ts'
import { exposeStackPointer, liftStart } from '../../main/wasm/rewrite-module.ts'
import type { RewrittenModule } from '../../main/wasm/rewrite-module.ts'
import { listSectionRanges } from '../../main/wasm/section-ranges.ts'
import type { ModuleShape } from '../../main/wasm/types.ts'
import { checkError, expectThat } from './check-error.ts'
import type { Random } from './random.ts'

/** Less than the inspector takes, so that broken debug information does not take up all the time. */
const DWARF_STEPS = 200_000
const PLACES = 20
const LOW_LIMITS = { memoryBytes: 8 * 65_536, tableEntries: 64 }

/** Throws where a property does not hold. `path` is where the module may be written. */
export async function checkModule(random: Random, bytes: Uint8Array<ArrayBuffer>, path: string) {
  const isValid = WebAssembly.validate(bytes)
  writeFileSync(path, bytes)
  const loaded = await readGuestFile(path)
  if (!loaded.ok) {
    checkError(loaded.error)
    expectThat(!isValid, `V8 accepts what is refused: ${loaded.error.why}`)
    return
  }
  const guest = loaded.value
  checkDescription(guest, bytes, isValid)
  checkPlaces(random, guest, isValid, dirname(path))
  checkRewriting(guest, bytes, isValid)
  checkSlicing(random, guest, isValid)
}

function checkDescription({ shape }: LoadedGuest, bytes: Uint8Array<ArrayBuffer>, isValid: boolean): void {
  const imports = describeImports(shape, [])
  const exports = describeExports(shape)
  hidesStack(shape)
  // What cannot be copied cannot be shown either.
  structuredClone({ imports, exports, shape })
  if (!isValid) return
  const module = new WebAssembly.Module(bytes)
  const shown = [
    imports.map(({ module, name, kind }) => ({ module, name, kind })),
    exports.map(({ name, kind }) => ({ name, kind })),
  ]
  const known = [WebAssembly.Module.imports(module), WebAssembly.Module.exports(module)]
  expectThat(JSON.stringify(shown) === JSON.stringify(known), 'V8 knows other imports or exports')
}

function checkPlaces(random: Random, guest: LoadedGuest, isValid: boolean, folder: string): void {
  const { bytes, shape } = guest
  const functions = readFunctionMap(bytes, shape)
  const importedCount = shape.imports.filter(({ type }) => type.kind === 'function').length
  const functionCount = importedCount + shape.definedFunctionCount
  const offsets = Array.from({ length: PLACES }, () => random.below(bytes.length + 10))
  for (const offset of offsets) {
    const index = functions.indexAt(offset)
    if (index === null) continue
    expectThat(functions.nameOf(index) !== '', 'a function has an empty name')
    expectThat(
      !isValid || (index >= importedCount && index < functionCount),
      `byte ${offset} is in function ${index}, of ${functionCount}`,
    )
  }
  const locator = createSourceLocator(bytes, listSectionRanges(bytes), DWARF_STEPS)
  for (const offset of offsets) locator?.locate(offset)
  if (random.oneIn(50)) structuredClone(new GuestStackReader(guest, folder).describe(offsets))
}

function checkRewriting({ shape }: LoadedGuest, bytes: Uint8Array<ArrayBuffer>, isValid: boolean): void {
  const lifted = liftStart(bytes, shape)
  const exposed = exposeStackPointer(lifted?.bytes ?? bytes, shape)
  if (isValid) for (const rewritten of [lifted, exposed]) checkRewritten(rewritten, bytes)
  checkLimited(shape, bytes, isValid)
  const compiled = compileGuest(bytes, shape)
  if (compiled.ok) {
    expectThat(isValid, 'what V8 rejects was compiled')
    return
  }
  checkError(compiled.error)
  expectThat(!isValid, `V8 accepts what is not compiled: ${compiled.error.why}`)
}

/** With limits so low that most memories and tables are held, and those that are hidden are exported. */
function checkLimited(shape: ModuleShape, bytes: Uint8Array<ArrayBuffer>, isValid: boolean): void {
  if (isValid) {
    const bytesExposed = exposeHidden(bytes, listHidden(bytes, shape, LOW_LIMITS))
    checkRewritten({ bytes: bytesExposed, exportName: 'limits' }, bytes)
  }
  const limited = compileGuest(bytes, shape, { limits: LOW_LIMITS })
  if (limited.ok) {
    const known = new Set(WebAssembly.Module.exports(limited.value.module).map(({ name }) => name))
    const { hidden } = limited.value
    expectThat(
      hidden.every(({ exportName }) => known.has(exportName)),
      'a hidden memory or table is not exported',
    )
    return
  }
  checkError(limited.error)
  expectThat(
    !isValid || limited.error.code === 'LIMIT_EXCEEDED',
    `V8 accepts what is not compiled with limits: ${limited.error.why}`,
  )
}

/** What is no module must not hang the instrumenter either; what is one has to stay one, with offsets that lead back. */
function checkSlicing(random: Random, { bytes, shape }: LoadedGuest, isValid: boolean): void {
  const sliced = addSlicePoints(bytes, shape, SLICE_COUNT)
  if (!isValid) return
  if (!sliced.ok) throw new Error(`a valid module gets no points: ${sliced.error}`)
  if (sliced.value === null) return
  expectThat(WebAssembly.validate(sliced.value.bytes), 'slice points break the module')
  let before = 0
  for (
    let offset = random.below(PLACES);
    offset < sliced.value.bytes.length;
    offset += 1 + random.below(PLACES)
  ) {
    const original = sliced.value.toOriginalOffset(offset)
    if (original === null) continue
    expectThat(original >= before && original <= bytes.length, `byte ${offset} leads to ${original}`)
    before = original
  }
}

function checkRewritten(rewritten: RewrittenModule | null, original: Uint8Array<ArrayBuffer>): void {
  if (!rewritten) return
  expectThat(WebAssembly.validate(rewritten.bytes), `rewriting for ${rewritten.exportName} breaks the module`)
  const [before, after] = [original, rewritten.bytes].map((bytes) => {
    const module = new WebAssembly.Module(bytes)
    return { imports: WebAssembly.Module.imports(module), exports: WebAssembly.Module.exports(module) }
  })
  const others = after!.exports.filter(({ name }) => !name.startsWith('jspi-inspector:'))
  const kept = before!.exports.filter(({ name }) => !name.startsWith('jspi-inspector:'))
  expectThat(
    JSON.stringify([after!.imports, others]) === JSON.stringify([before!.imports, kept]),
    'rewriting changes imports or exports',
  )
}
