/** What a function returns whose failure is to be expected: the value, or a description of the failure. */
export type Result<Value, Failure> = { ok: true; value: Value } | { ok: false; error: Failure }
