;; Makes as many import calls as it is told, with next to no work between them: what a call costs shows.
(module
  ;; Both return their argument plus one, so that the result counts the calls that really happened.
  (import "env" "next_sync" (func $next_sync (param i32) (result i32)))
  (import "env" "next_async" (func $next_async (param i32) (result i32)))

  (func $call_sync (export "call_sync") (param $count i32) (result i32)
    (local $made i32)
    (block $done
      (loop $again
        (br_if $done (i32.ge_s (local.get $made) (local.get $count)))
        (local.set $made (call $next_sync (local.get $made)))
        (br $again)))
    (local.get $made))

  (func $call_async (export "call_async") (param $count i32) (result i32)
    (local $made i32)
    (block $done
      (loop $again
        (br_if $done (i32.ge_s (local.get $made) (local.get $count)))
        (local.set $made (call $next_async (local.get $made)))
        (br $again)))
    (local.get $made))

  ;; `count` calls of each kind, one after the other: the two can be compared in one trace.
  (func (export "call_both") (param $count i32) (result i32)
    (i32.add
      (call $call_sync (local.get $count))
      (call $call_async (local.get $count)))))
