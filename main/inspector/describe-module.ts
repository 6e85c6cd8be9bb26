/** Turns what the binary says about a module into what the window shows. */
import type { Binding, ExportInfo, ImportInfo, SignatureInfo } from '../contract/guests.ts'
import { formatExternType } from '../wasm/format.ts'
import type { ExportShape, FunctionType, ImportShape, ModuleShape } from '../wasm/types.ts'
import { canCrossBoundary, formatValueType } from '../wasm/types.ts'
import { parameterHint } from '../wasm/value-text.ts'

/** Characters of a tool's name and version: they are the guest's to choose. */
const LONGEST_PRODUCER = 100
const UNBOUND: Binding = { by: 'nobody' }

/** What a module was made with, each with its version where that is known. */
export function describeProducers({ producers }: ModuleShape): string[] {
  const { languages = [], tools = [], softwareDevelopmentKits = [] } = producers ?? {}
  return [...languages, ...tools, ...softwareDevelopmentKits].map(({ name, version }) =>
    `${name} ${version}`.trim().slice(0, LONGEST_PRODUCER),
  )
}

/** The exports of a module, in its order. */
export function describeExports(shape: ModuleShape): ExportInfo[] {
  return shape.exports.map((exported) => {
    const { name, type } = exported
    const info: ExportInfo = { name, kind: type.kind, typeText: formatExternType(type) }
    if (type.kind !== 'function') return info
    info.signature = describeSignature(type, exported)
    const foreign = [...type.params, ...type.results].find((valueType) => !canCrossBoundary(valueType))
    if (foreign !== undefined) {
      info.notCallable = `A value of type ${formatValueType(foreign)} cannot cross the JavaScript boundary.`
    }
    return info
  })
}

/** The imports of a module, in its order; `bindings` in the same order, as far as they are known. */
export function describeImports(shape: ModuleShape, bindings: readonly Binding[]): ImportInfo[] {
  return shape.imports.map((imported, index) => ({
    module: imported.module,
    name: imported.name,
    kind: imported.type.kind,
    typeText: formatExternType(imported.type),
    ...(imported.type.kind === 'function' ? { signature: describeSignature(imported.type, imported) } : {}),
    binding: bindings[index] ?? UNBOUND,
  }))
}

function describeSignature(type: FunctionType, { parameterNames }: ExportShape | ImportShape): SignatureInfo {
  return {
    params: type.params.map((param, index) => {
      const name = parameterNames?.[index]
      return { type: formatValueType(param), hint: parameterHint(param), ...(name ? { name } : {}) }
    }),
    results: type.results.map(formatValueType),
  }
}

/** Languages whose compilers are built on LLVM, by their names in the producers section. */
const LLVM_LANGUAGES = /^(C\d*$|C_plus_plus|Rust|Zig|Swift|D$|Fortran|ObjC)/

/** Whether a guest keeps a stack in its memory, to all appearance, without saying where. */
export function hidesStack(shape: ModuleShape): boolean {
  const languages = shape.producers?.languages ?? []
  return shape.stackPointer === undefined && languages.some(({ name }) => LLVM_LANGUAGES.test(name))
}

/** Whether calls of a guest are made on one instance: a command has one for each (WASI application ABI). */
export function sharesInstance(shape: ModuleShape): boolean {
  return !shape.exports.some(({ name, type }) => name === '_start' && type.kind === 'function')
}
