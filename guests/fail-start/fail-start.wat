;; Traps in its start function, that is while it is instantiated: no export can ever be called.
(module
  (import "env" "starting" (func $starting (param i32)))

  (func $start
    ;; Recorded before the trap, and to be seen after it.
    (call $starting (i32.const 1))
    (call $prepare))

  (func $prepare
    (unreachable))

  (start $start)

  (func (export "run") (result i32)
    (i32.const 42)))
