;; One export for each way in which a guest can fail by itself. Operands come from memory or from parameters
;; where a constant would let a compiler decide the outcome beforehand.
(module
  (type $pair (struct (field i32) (field i32)))
  (type $row (array i32))

  ;; Waits a moment while this code is suspended.
  (import "env" "pause" (func $pause))

  (memory (export "memory") 1)
  (data $text "only eighteen byte")
  (table $functions 2 funcref)
  ;; Entry 0 stays null.
  (elem (table $functions) (i32.const 1) func $answer)
  (elem $more func $answer)
  (tag $failure (export "failure") (param i32))

  (func $answer (result i32)
    (i32.const 42))

  (func (export "unreachable")
    (unreachable))

  (func (export "divide_by_zero") (result i32)
    (i32.div_s (i32.const 1) (call $zero)))

  (func (export "remainder_by_zero") (result i64)
    (i64.rem_u (i64.const 1) (i64.extend_i32_u (call $zero))))

  ;; The one quotient that does not fit: the smallest integer by -1.
  (func (export "integer_overflow") (result i32)
    (i32.div_s (i32.const -0x80000000) (i32.sub (call $zero) (i32.const 1))))

  (func (export "invalid_conversion") (result i32)
    (i32.trunc_f64_s (f64.div (f64.const 0) (f64.convert_i32_s (call $zero)))))

  ;; One byte beyond the last page.
  (func (export "memory_out_of_bounds") (result i32)
    (i32.load8_u (i32.mul (memory.size) (i32.const 0x10000))))

  (func (export "table_out_of_bounds") (result i32)
    (call_indirect $functions (result i32) (table.size $functions)))

  ;; Bytes 16 to 19 of a data segment of 18.
  (func (export "data_segment_out_of_bounds")
    (memory.init $text (i32.const 0) (i32.const 16) (i32.const 4)))

  ;; Two entries of an element segment of one.
  (func (export "element_segment_out_of_bounds")
    (table.init $functions $more (i32.const 0) (i32.const 0) (i32.const 2)))

  (func (export "call_null") (result i32)
    (call_indirect $functions (result i32) (call $zero)))

  ;; Entry 1 takes no parameter.
  (func (export "call_wrong_type") (result i32)
    (call_indirect $functions (param i32) (result i32) (i32.const 5) (i32.const 1)))

  ;; An atomic access of four bytes at an address that is no multiple of four.
  (func (export "unaligned_atomic") (result i32)
    (i32.atomic.load (i32.const 2)))

  ;; Not a tail call: there is an addition left to do, so that every activation needs a frame.
  (func $recurse (export "recurse") (result i32)
    (i32.add (call $recurse) (i32.const 1)))

  ;; The fields of an object that is not there.
  (func (export "null_dereference") (result i32)
    (struct.get $pair 0 (ref.null $pair)))

  ;; A pair is no row, though both are objects of the guest's.
  (func (export "failed_cast")
    (drop (ref.cast (ref $row) (call $any_pair))))

  ;; Element 3 of a row of 3.
  (func (export "array_out_of_bounds") (result i32)
    (array.get $row (array.new $row (i32.const 7) (i32.const 3)) (i32.const 3)))

  (func $any_pair (result anyref)
    (struct.new $pair (i32.const 1) (i32.const 2)))

  (func (export "uncaught_exception")
    (throw $failure (i32.const 42)))

  ;; After a resumption, and three functions deep: the stack names them.
  (func (export "trap_after_import")
    (call $pause)
    (call $outer))

  (func $outer
    (call $middle))

  (func $middle
    (call $inner))

  (func $inner
    (unreachable))

  (func $zero (result i32)
    (i32.load (i32.const 0x100))))
