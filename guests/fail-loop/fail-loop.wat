;; Loops that never end. Only ending the session stops them; what they have recorded stays.
(module
  ;; Both count up, so that the trace shows how far the loop has come.
  (import "env" "tick_sync" (func $tick_sync (param i32)))
  (import "env" "tick_async" (func $tick_async (param i32)))

  ;; Never leaves the guest: nothing can interrupt it from within its thread.
  (func (export "loop")
    (loop $again
      (br $again)))

  ;; One recorded call, and then as above: that call must be seen although the thread never yields again.
  (func (export "loop_after_call")
    (call $tick_async (i32.const 1))
    (loop $again
      (br $again)))

  (func (export "loop_calling_sync")
    (local $count i32)
    (loop $again
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (call $tick_sync (local.get $count))
      (br $again)))

  ;; Suspends at every turn, but on promises that are settled: the thread never gets to its other events.
  (func (export "loop_calling_async")
    (local $count i32)
    (loop $again
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (call $tick_async (local.get $count))
      (br $again))))
