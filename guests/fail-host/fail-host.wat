;; The guest does nothing wrong here: each export calls the import of its name, and the host module fails.
(module
  (import "env" "throws" (func $throws (result i32)))
  (import "env" "throws_sync" (func $throws_sync (result i32)))
  (import "env" "throws_text" (func $throws_text (result i32)))
  (import "env" "rejects" (func $rejects (result i32)))
  (import "env" "wrong_type" (func $wrong_type (result i32)))
  (import "env" "wrong_i64" (func $wrong_i64 (result i64)))
  (import "env" "wrong_count" (func $wrong_count (result i32 i32)))
  (import "env" "sync_promise" (func $sync_promise (result i32)))
  (import "env" "until_cancelled" (func $until_cancelled (result i32)))
  (import "env" "never_settles" (func $never_settles (result i32)))

  (func (export "throws") (result i32)
    (call $throws))

  (func (export "throws_sync") (result i32)
    (call $throws_sync))

  (func (export "throws_text") (result i32)
    (call $throws_text))

  (func (export "rejects") (result i32)
    (call $rejects))

  (func (export "wrong_type") (result i32)
    (call $wrong_type))

  (func (export "wrong_i64") (result i64)
    (call $wrong_i64))

  (func (export "wrong_count") (result i32 i32)
    (call $wrong_count))

  (func (export "sync_promise") (result i32)
    (call $sync_promise))

  (func (export "until_cancelled") (result i32)
    (call $until_cancelled))

  (func (export "never_settles") (result i32)
    (call $never_settles))

  ;; A guest may catch what a host function throws: -1, and the call returns.
  (func (export "catch_rejection") (result i32)
    (block $caught
      (return
        (try_table (result i32) (catch_all $caught)
          (call $rejects))))
    (i32.const -1))

  ;; Cancelling must not look to the guest like something that it can catch: this never returns -1.
  (func (export "catch_cancellation") (result i32)
    (block $caught
      (return
        (try_table (result i32) (catch_all $caught)
          (call $never_settles))))
    (i32.const -1)))
