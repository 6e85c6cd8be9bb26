;; Spends time in one of the three places where a call can: in the guest itself, in the host's own code, or
;; suspended. Each export fills one of them; `both` fills two, with the suspension in the middle.
(module
  ;; Waits `ms` milliseconds while this code is suspended.
  (import "env" "wait" (func $wait (param $ms i32)))
  ;; Keeps the host busy for `ms` milliseconds.
  (import "env" "work" (func $work (param $ms i32)))

  ;; Guest time. The rounds feed each other and the result is used, so that no compiler drops the loop.
  (func $spin (export "spin") (param $rounds i32) (result i32)
    (local $state i32)
    (local.set $state (i32.const 0x9e3779b9))
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get $rounds)))
        (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
        ;; Xorshift: three dependent steps, and never zero.
        (local.set $state (i32.xor (local.get $state) (i32.shl (local.get $state) (i32.const 13))))
        (local.set $state (i32.xor (local.get $state) (i32.shr_u (local.get $state) (i32.const 17))))
        (local.set $state (i32.xor (local.get $state) (i32.shl (local.get $state) (i32.const 5))))
        (br $again)))
    (local.get $state))

  ;; Suspended time.
  (func (export "wait") (param $ms i32)
    (call $wait (local.get $ms)))

  ;; Host time.
  (func (export "work") (param $ms i32)
    (call $work (local.get $ms)))

  ;; Guest time, suspended time, guest time again: half of the rounds on either side of the wait.
  (func (export "both") (param $rounds i32) (param $ms i32) (result i32)
    (local $half i32)
    (local $first i32)
    (local.set $half (i32.shr_u (local.get $rounds) (i32.const 1)))
    (local.set $first (call $spin (local.get $half)))
    (call $wait (local.get $ms))
    (i32.add
      (local.get $first)
      (call $spin (i32.sub (local.get $rounds) (local.get $half))))))
