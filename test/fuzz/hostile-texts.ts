/** Guests that ask for too much of something. Each exports `run` unless its start function is what it is about. */
export const HOSTILE_TEXTS = {
  growAtOnce: `(module
    (memory (export "memory") 1 65536)
    (func (export "run") (result i32) (memory.grow (i32.const 65535))))`,
  growForEver: `(module
    (memory (export "memory") 1)
    (func (export "run") (result i32) (local $pages i32)
      (loop $more
        (if (i32.ge_s (memory.grow (i32.const 4096)) (i32.const 0))
          (then (local.set $pages (i32.add (local.get $pages) (i32.const 4096))) (br $more))))
      (local.get $pages)))`,
  bornLarge: `(module (memory 65536) (func (export "run") (i32.store (i32.const -8) (i32.const 1))))`,
  recursion: `(module
    (import "env" "ask" (func $ask))
    (func $down (export "run") (param i64 i64) (call $down (local.get 1) (local.get 0)) (call $ask)))`,
  hugeTable: `(module
    (table $table 10000000 externref)
    (func (export "run") (param externref) (result i32)
      (table.grow $table (local.get 0) (i32.const 0x7fffffff))))`,
  tooLargeTable: `(module (table 0x7fffffff funcref) (func (export "run")))`,
  growingTable: `(module
    (table $table 0 funcref)
    (func (export "run") (result i32)
      (loop $more
        (br_if $more (i32.ge_s (table.grow $table (ref.null func) (i32.const 100000)) (i32.const 0))))
      (table.size $table)))`,
  hugeArray: `(module
    (type $bytes (array (mut i64)))
    (func (export "run") (result i32) (array.len (array.new_default $bytes (i32.const -1)))))`,
  callingForEver: `(module
    (import "env" "ask" (func $ask (param i32) (result i32)))
    (func (export "run") (result i32) (loop $more (br_if $more (i32.eqz (call $ask (i32.const 7))))) (i32.const 1)))`,
  endless: `(module (func (export "run") (loop $more (br $more))))`,
  endlessStart: `(module (func $main (loop $more (br $more))) (start $main))`,
  trappingStart: `(module (func $main (i32.load (i32.const 0)) (drop)) (memory 0) (start $main))`,
  throwingStart: `(module (tag $tag) (func $main (throw $tag)) (start $main))`,
  recursiveStart: `(module (func $main (call $main)) (start $main))`,
  manyExceptions: `(module
    (tag $tag (param i32))
    (func $throw (throw $tag (i32.const 1)))
    (func (export "run") (result i32)
      (block $caught (result i32) (try_table (catch $tag $caught) (call $throw)) (i32.const 0))))`,
  manyInstancesOfMemory: `(module
    (memory 65536) (memory 65536) (memory 65536) (memory 65536) (memory 65536) (memory 65536)
    (func (export "run") (i32.store 5 (i32.const 0) (i32.const 1))))`,
} as const
