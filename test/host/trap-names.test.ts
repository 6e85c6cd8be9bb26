import { expect, test } from 'vitest'
import { openText } from '../support/inspector.ts'

/** Each export traps in another way; the start function, lifted out, moves the code. */
const GUEST = `(module
  (type $f (func)) (type $s (struct (field (mut i32)))) (type $a (array (mut i32)))
  (table $t 2 funcref) (table $e 2 externref)
  (func $start nop) (start $start)
  (func $takes (param i32)) (elem (table $t) (i32.const 1) func $takes)
  (func (export "beyond") (call_indirect $t (type $f) (i32.const 9)))
  (func (export "beyond_tail") (return_call_indirect $t (type $f) (i32.const 9)))
  (func (export "get") (drop (table.get $e (i32.const 9))))
  (func (export "set") (table.set $e (i32.const 9) (ref.null extern)))
  (func (export "empty") (call_indirect $t (type $f) (i32.const 0)))
  (func (export "mismatch") (call_indirect $t (type $f) (i32.const 1)))
  (func (export "null_call") (call_ref $f (ref.null $f)))
  (func (export "null_tail") (return_call_ref $f (ref.null $f)))
  (func (export "null_struct_get") (drop (struct.get $s 0 (ref.null $s))))
  (func (export "null_struct_set") (struct.set $s 0 (ref.null $s) (i32.const 1)))
  (func (export "null_array_get") (drop (array.get $a (ref.null $a) (i32.const 0))))
  (func (export "null_array_set") (array.set $a (ref.null $a) (i32.const 0) (i32.const 0)))
  (func (export "null_array_len") (drop (array.len (ref.null $a))))
  (func (export "null_array_fill") (array.fill $a (ref.null $a) (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "null_i31_s") (drop (i31.get_s (ref.null i31))))
  (func (export "null_i31_u") (drop (i31.get_u (ref.null i31))))
  (func (export "null_any") (drop (ref.as_non_null (ref.null any))))
  (func (export "divide") (drop (i32.div_s (i32.const -2147483648) (i32.const -1))))
  (func (export "convert") (drop (i32.trunc_f32_s (f32.const 1e10)))))`

test('a trap has the name that its instruction tells for certain', async () => {
  const session = await openText(GUEST, null)
  const expected = {
    beyond: 'undefined element',
    beyond_tail: 'undefined element',
    get: 'out of bounds table access',
    set: 'out of bounds table access',
    empty: 'indirect call to null or type mismatch',
    mismatch: 'indirect call to null or type mismatch',
    null_call: 'null function reference',
    null_tail: 'null function reference',
    null_struct_get: 'null structure reference',
    null_struct_set: 'null structure reference',
    null_array_get: 'null array reference',
    null_array_set: 'null array reference',
    null_array_len: 'null array reference',
    null_array_fill: 'null array reference',
    null_i31_s: 'null i31 reference',
    null_i31_u: 'null i31 reference',
    null_any: 'null reference',
    divide: 'integer overflow',
    convert: 'invalid conversion to integer',
  }
  const found: Record<string, string> = {}
  for (const name of Object.keys(expected)) {
    found[name] = (await session.call(name)).error!.why.replace(/^Trap: (.*)\.$/, '$1')
  }
  expect(found).toEqual(expected)
})

test('a trap in WebAssembly of the host says nothing of the instruction that called it', async () => {
  const session = await openText(
    `(module
      (import "env" "t" (table 1 funcref))
      (func (export "run") (call_indirect (i32.const 0))))`,
    `// (module (table $e 1 externref) (func (export "f") (drop (table.get $e (i32.const 9)))))
    const bytes = Uint8Array.from([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,4,4,1,111,0,1,7,5,1,1,102,0,0,10,9,1,7,0,65,9,37,0,26,11])
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes)) as any
    const t = new WebAssembly.Table({ element: 'anyfunc', initial: 1 })
    t.set(0, exports.f)
    export default { env: { t } }`,
  )
  expect((await session.call('run')).error!.why).toBe('Trap: out of bounds table access.')
})
