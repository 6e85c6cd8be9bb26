/** The formats that a trace is exported to. */

/**
 * `jsonl`: JSON Lines (docs/trace-format.md). The others are described in docs/exports.md: `chrome` is Chrome's trace
 * events, `speedscope` profiles of speedscope, `csv` and `parquet` a table, `otlp` spans of OpenTelemetry as lines of OTLP's JSON.
 */
export const TRACE_FORMATS = ['jsonl', 'chrome', 'speedscope', 'csv', 'parquet', 'otlp'] as const

export type TraceFormat = (typeof TRACE_FORMATS)[number]

/** What a trace held when its export began. Passed on, it keeps what happens meanwhile out of the further pieces. */
export interface TraceSnapshot {
  /** See `TraceStatus`. */
  generation: number
  callCount: number
  /** On the session's clock. */
  nowNs: number
}
