;; Sends values of every type through an import and back. The host module returns what it gets, so each
;; export returns its own argument if nothing is lost on the way.
(module
  (import "env" "i32" (func $i32 (param i32) (result i32)))
  (import "env" "i64" (func $i64 (param i64) (result i64)))
  (import "env" "f32" (func $f32 (param f32) (result f32)))
  (import "env" "f64" (func $f64 (param f64) (result f64)))
  (import "env" "externref" (func $externref (param externref) (result externref)))
  (import "env" "funcref" (func $funcref (param funcref) (result funcref)))

  ;; Several results: the handler returns an array.
  (import "env" "all" (func $all
    (param i32 i64 f32 f64 externref funcref)
    (result i32 i64 f32 f64 externref funcref)))
  (import "env" "swap" (func $swap (param i32 i64) (result i64 i32)))

  ;; An object of the host's, which the guest can hold and hand back but not look into.
  (import "env" "new_object" (func $new_object (result externref)))

  (table $functions 1 funcref)
  (elem declare func $answer)

  (func (export "i32") (param $value i32) (result i32)
    (call $i32 (local.get $value)))

  (func (export "i64") (param $value i64) (result i64)
    (call $i64 (local.get $value)))

  (func (export "f32") (param $value f32) (result f32)
    (call $f32 (local.get $value)))

  (func (export "f64") (param $value f64) (result f64)
    (call $f64 (local.get $value)))

  (func (export "externref") (param $value externref) (result externref)
    (call $externref (local.get $value)))

  (func (export "funcref") (param $value funcref) (result funcref)
    (call $funcref (local.get $value)))

  (func (export "all")
    (param $i32 i32) (param $i64 i64) (param $f32 f32) (param $f64 f64)
    (param $externref externref) (param $funcref funcref)
    (result i32 i64 f32 f64 externref funcref)
    (call $all
      (local.get $i32) (local.get $i64) (local.get $f32) (local.get $f64)
      (local.get $externref) (local.get $funcref)))

  (func (export "swap") (param $first i32) (param $second i64) (result i64 i32)
    (call $swap (local.get $first) (local.get $second)))

  ;; Nobody can type an object into an argument field: this one comes from the host.
  (func (export "host_object") (result externref)
    (call $externref (call $new_object)))

  ;; Sends one of the guest's own functions out, and calls what comes back: 42 if it is the same function.
  (func (export "own_function") (result i32)
    (table.set $functions (i32.const 0) (call $funcref (ref.func $answer)))
    (call_indirect $functions (result i32) (i32.const 0)))

  (func $answer (result i32)
    (i32.const 42))

  ;; The values that are easily lost: the ends of the integers, beyond 2^53, NaN, -0, infinity, subnormals.
  (func (export "limits") (result i32 i32 i64 i64 f32 f32 f64 f64 f64)
    (call $i32 (i32.const -0x80000000))
    (call $i32 (i32.const 0x7fffffff))
    (call $i64 (i64.const -0x8000000000000000))
    (call $i64 (i64.const 0x7fffffffffffffff))
    (call $f32 (f32.const nan))
    (call $f32 (f32.const 0x1p-149))
    (call $f64 (f64.const -0))
    (call $f64 (f64.const -inf))
    (call $f64 (f64.const 0x1.fffffffffffffp+1023)))

  ;; A vector cannot cross to JavaScript, whatever the host does: this export can be listed but not called.
  (func (export "v128") (param $value v128) (result v128)
    (local.get $value)))
