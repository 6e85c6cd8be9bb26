/** The module "spectest", which every test script may import. */
import type { FunctionType, NumberType } from '../../main/wasm/types.ts'
import type { Engine, Outcome, ScriptInstance } from './engines.ts'
import type { ModuleEncoder } from './run-script.ts'

const PRINTS: Record<string, NumberType[]> = {
  print: [],
  print_i32: ['i32'],
  print_i64: ['i64'],
  print_f32: ['f32'],
  print_f64: ['f64'],
  print_i32_f32: ['i32', 'f32'],
  print_f64_f64: ['f64', 'f64'],
}

/**
 * Its functions are wasm ones that call the host's: a function of JavaScript has no type against which an import
 * could be checked. The numbers are those of the reference interpreter's `spectest`.
 */
export async function createSpectest(
  engine: Engine,
  encoder: ModuleEncoder,
): Promise<{ instance: ScriptInstance | null; outcome: Outcome }> {
  const names = Object.keys(PRINTS)
  const typeOf = (name: string): string => PRINTS[name]!.map((param) => `(param ${param})`).join(' ')
  const imports = names.map((name) => `(import "host" "${name}" (func $${name} ${typeOf(name)}))`)
  const functions = names.map((name) => {
    const args = PRINTS[name]!.map((_, index) => `(local.get ${index})`).join(' ')
    return `(func (export "${name}") ${typeOf(name)} (call $${name} ${args}))`
  })
  const bytes = await encoder.encode({
    text: `(module ${imports.join('\n')} ${functions.join('\n')}
      (global (export "global_i32") i32 (i32.const 666)) (global (export "global_i64") i64 (i64.const 666))
      (global (export "global_f32") f32 (f32.const 666.6)) (global (export "global_f64") f64 (f64.const 666.6))
      (table (export "table") 10 20 funcref) (table (export "table64") i64 10 20 funcref)
      (memory (export "memory") 1 2))`,
    bytes: null,
  })
  if (typeof bytes === 'string') throw new Error(bytes)
  const host = Object.fromEntries(
    names.map((name) => {
      const type: FunctionType = { kind: 'function', params: PRINTS[name]!, results: [] }
      return [name, engine.hostFunction(name, type, () => {})]
    }),
  )
  return engine.instantiate(bytes, { host })
}
