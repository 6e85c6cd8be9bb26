;; Awaits one timer after another, each of another length. Several calls at once overtake each other.
;; Nothing is kept outside of the locals, so calls of one instance may interleave as they like.
(module
  ;; Waits `ms` milliseconds while this code is suspended, and returns `ms`.
  (import "env" "wait" (func $wait (param $task i32) (param $ms i32) (result i32)))

  ;; Waits `steps` times and returns the sum of the milliseconds that it waited for.
  (func (export "run") (param $task i32) (param $steps i32) (result i32)
    (local $step i32)
    (local $total_ms i32)
    (block $done
      (loop $again
        (br_if $done (i32.ge_s (local.get $step) (local.get $steps)))
        (local.set $total_ms
          (i32.add
            (local.get $total_ms)
            (call $wait
              (local.get $task)
              (call $length (local.get $task) (local.get $step)))))
        (local.set $step (i32.add (local.get $step) (i32.const 1)))
        (br $again)))
    (local.get $total_ms))

  ;; 5 to 44 ms. Primes, so that neither tasks nor steps repeat a pattern soon.
  (func $length (param $task i32) (param $step i32) (result i32)
    (i32.add
      (i32.const 5)
      (i32.rem_u
        (i32.add
          (i32.mul (local.get $task) (i32.const 17))
          (i32.mul (local.get $step) (i32.const 23)))
        (i32.const 40)))))
