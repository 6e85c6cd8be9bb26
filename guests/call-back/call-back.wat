;; Guest and host call each other in turn: the host answers each import call by calling this export again.
;; All activations below the innermost one are suspended at the same time.
(module
  ;; The factorial of `n`, for which the host calls back.
  (import "env" "factorial_of" (func $factorial_of (param $n i64) (result i64)))

  ;; Right up to 20: the factorial of 21 has more than 64 bits.
  (func (export "factorial") (param $n i64) (result i64)
    (if (result i64) (i64.le_s (local.get $n) (i64.const 1))
      (then (i64.const 1))
      (else
        (i64.mul
          (local.get $n)
          (call $factorial_of (i64.sub (local.get $n) (i64.const 1))))))))
