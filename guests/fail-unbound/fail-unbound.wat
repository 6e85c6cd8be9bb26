;; Imports more than its host module binds. The memory, the table and the globals can be made to fit by the
;; host; nobody can guess what the two functions should do.
(module
  (import "env" "bound" (func $bound (param i32) (result i32)))
  (import "env" "missing" (func $missing (param i32) (result i32)))
  (import "other" "also_missing" (func $also_missing (param i64 f64)))
  (import "env" "memory" (memory 1 4))
  (import "env" "functions" (table 2 8 funcref))
  (import "env" "limit" (global $limit i32))
  (import "env" "counter" (global $counter (mut i64)))

  ;; Runs once both functions have a stub: what `missing` answers to what `bound` answers. Touches the memory,
  ;; the table and the globals, so that a call shows that they are there.
  (func (export "run") (param $value i32) (result i32)
    (global.set $counter (i64.add (global.get $counter) (i64.const 1)))
    (i32.store (i32.const 0) (local.get $value))
    (drop (table.get 0 (i32.const 1)))
    (call $also_missing (global.get $counter) (f64.convert_i32_s (global.get $limit)))
    (call $missing (call $bound (i32.load (i32.const 0))))))
