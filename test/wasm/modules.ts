import { parseWat } from '../../main/wasm/wat.ts'

/** Builds a module from the text format; a test whose text is wrong fails here. */
export async function buildModule(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const parsed = await parseWat(text, 'test.wat')
  if (!parsed.ok) throw new Error(parsed.error.message)
  return Uint8Array.from(parsed.value)
}

/** An unsigned integer of the binary format. */
export function encodeUnsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...encodeUnsigned(value >>> 7)]
}

/** Assembles a module from its sections, each an identifier and its contents. */
export function assembleModule(
  ...sections: [identifier: number, contents: number[]][]
): Uint8Array<ArrayBuffer> {
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  const encoded = sections.flatMap(([id, contents]) => [id, encodeUnsigned(contents.length), contents].flat())
  return Uint8Array.from([...header, ...encoded])
}

/** A module that defines one type. */
export function moduleOfType(...type: number[]): Uint8Array<ArrayBuffer> {
  return assembleModule([1, [1, ...type]])
}

/** A module that imports one thing, whose types are a function without parameters and an empty structure. */
export function moduleOfImport(...type: number[]): Uint8Array<ArrayBuffer> {
  const types = [2, 0x60, 0, 0, 0x5f, 0]
  return assembleModule([1, types], [2, [1, ...encodeName('m'), ...encodeName('n'), ...type]])
}

/** A module with a global of type i32 and an initial value. */
export function moduleOfGlobal(...expression: number[]): Uint8Array<ArrayBuffer> {
  return assembleModule([6, [1, 0x7f, 0, ...expression]])
}

/** A length-prefixed name of the binary format. */
export function encodeName(text: string): number[] {
  const bytes = new TextEncoder().encode(text)
  return [bytes.length, ...bytes]
}

/** Modules that together use every kind of import, export, type and constant expression. */
export const texts = {
  empty: '(module)',
  functions: `(module
    (import "env" "f" (func $f (param i32 i64 f32 f64) (result i64)))
    (import "env" "λ 🎈" (func (param externref funcref)))
    (func (export "none"))
    (func (export "") (result i32 i64 v128) unreachable)
    (func $twice (export "one") (export "two") (param $left f32) (param $right f64))
    (export "again" (func $f)))`,
  memories: `(module
    (import "env" "imported" (memory 1 2 shared))
    (memory (export "plain") 17)
    (memory (export "limited") 0 256)
    (memory (export "wide") i64 1 0x4_0000)
    (export "imported" (memory 0)))`,
  tables: `(module
    (type $f (func (param i32)))
    (import "env" "imported" (table i64 1 2 externref))
    (func $g (type $f))
    (table (export "plain") 10 funcref)
    (table (export "filled") 2 3 (ref $f) (ref.func $g))
    (table (export "nested") 1 (ref null $f) (ref.null $f))
    (elem (table 1) (i32.const 0) func $g))`,
  globals: `(module
    (import "env" "base" (global $base i32))
    (import "env" "changing" (global (mut f64)))
    (func $f (export "f"))
    (global (export "sum") i32 (i32.add (i32.mul (global.get $base) (i32.const -7)) (i32.const 0x7fffffff)))
    (global (export "wide") (mut i64) (i64.sub (i64.const -0x8000_0000_0000_0000) (i64.const 1)))
    (global (export "f32") f32 (f32.const 0x1.8p-3))
    (global (export "f64") f64 (f64.const nan:0xb0b0b0b0b0b0b))
    (global (export "vector") v128 (v128.const i32x4 0x0b0b0b0b 11 0x0b 0))
    (global (export "function") (ref func) (ref.func $f))
    (global (export "nothing") externref (ref.null extern)))`,
  heap: `(module
    (rec
      (type $node (sub (struct (field $next (ref null $node)) (field (mut i8)))))
      (type $visitor (func (param (ref $node)) (result (ref null $list))))
      (type $list (sub final (array (mut (ref null $node))))))
    (type $leaf (sub final $node (struct (field (ref null $node)) (field (mut i8)) (field v128))))
    (type $bytes (array i16))
    (import "env" "visit" (func (type $visitor)))
    (global (export "leaf") (ref $leaf)
      (struct.new $leaf (ref.null $node) (i32.const 11) (v128.const i64x2 11 11)))
    (global (export "node") (ref null $node) (struct.new_default $node))
    (global (export "list") (ref $list) (array.new_fixed $list 2 (ref.null none) (struct.new_default $node)))
    (global (export "bytes") (ref $bytes) (array.new $bytes (i32.const 1) (i32.const 2)))
    (global (export "zeros") (ref $bytes) (array.new_default $bytes (i32.const 0x0b)))
    (global (export "i31") (ref i31) (ref.i31 (i32.const 5)))
    (global (export "outside") externref (extern.convert_any (ref.i31 (i32.const 5))))
    (global (export "inside") anyref (any.convert_extern (ref.null extern)))
    (func (export "all") (param funcref externref anyref eqref i31ref structref arrayref exnref)
      (param nullref nullfuncref nullexternref nullexnref (ref func) (ref extern) (ref any) (ref eq))
      (param (ref i31) (ref struct) (ref array) (ref exn) (ref none) (ref nofunc) (ref noextern))
      (param (ref noexn) (ref $node) (ref null $visitor))))`,
  tags: `(module
    (type $message (func (param i32 externref)))
    (import "env" "stopped" (tag $stopped (type $message)))
    (tag $empty (export "empty"))
    (export "stopped" (tag $stopped))
    (func (export "throw") (throw $empty)))`,
  start: `(module $named
    (import "env" "a" (func))
    (memory 1)
    (func $main (local i32))
    (data (i32.const 0) "hello")
    (data "passive")
    (func (export "init") (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 0)))
    (start $main))`,
} as const
