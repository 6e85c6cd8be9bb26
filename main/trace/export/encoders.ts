/** The formats that a trace is exported to, by name. */
import type { TraceFormat } from '../../contract/trace-format.ts'
import { formatJsonLine } from '../json-lines.ts'
import { createChromeEncoder } from './chrome.ts'
import { createCsvEncoder } from './csv.ts'
import type { ExportSource, TraceEncoder, TraceWriter } from './encoder.ts'
import { createOtlpEncoder } from './otlp.ts'
import { writeParquet } from './parquet.ts'
import { writeSpeedscope } from './speedscope.ts'

/** Formats whose pieces are made each by itself. */
export const ENCODERS: Partial<Record<TraceFormat, (source: ExportSource) => TraceEncoder>> = {
  jsonl: ({ calls, snapshot, describeStack }) => ({
    call: (id) => formatJsonLine(calls, id, snapshot.nowNs, describeStack),
  }),
  chrome: createChromeEncoder,
  csv: createCsvEncoder,
  otlp: createOtlpEncoder,
}

/** Formats that are written from their beginning to their end. */
export const WRITERS: Partial<Record<TraceFormat, (source: ExportSource) => TraceWriter>> = {
  speedscope: writeSpeedscope,
  parquet: writeParquet,
}
