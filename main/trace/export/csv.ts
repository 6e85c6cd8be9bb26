/** A table with a line for each call, as RFC 4180 has it. */
import type { ExportSource, TraceEncoder } from './encoder.ts'
import { plainValues } from './encoder.ts'

const COLUMNS = [
  'id',
  'parent',
  'depth',
  'kind',
  'module',
  'name',
  'params',
  'results',
  'decoded',
  'outcome',
  'error',
  'message',
  'overlapped',
  'start_ns',
  'end_ns',
  'total_ns',
  'guest_ns',
  'host_ns',
  'suspended_ns',
] as const

/** Makes a writer of a table. Lists are JSON in one field; what there is not is an empty field. */
export function createCsvEncoder({ calls, snapshot }: ExportSource): TraceEncoder {
  return {
    head: () => formatRecord(COLUMNS),
    call(id) {
      const row = calls.row(id, snapshot.nowNs)
      const error = calls.errorOf(id)
      const isImport = row.kind === 'import'
      const fields: Record<(typeof COLUMNS)[number], Field> = {
        id,
        parent: row.parent,
        depth: row.depth,
        kind: row.kind,
        module: row.module,
        name: row.name,
        params: JSON.stringify(plainValues(row.params)),
        results: row.results && JSON.stringify(plainValues(row.results)),
        decoded: row.decodedTexts ? JSON.stringify(row.decodedTexts.map(({ text }) => text)) : null,
        outcome: row.outcome,
        error: error && error.code,
        message: error && `${error.what} ${error.why}`.trim(),
        overlapped: row.overlapped,
        start_ns: Math.round(row.startNs),
        end_ns: row.endNs === null ? null : Math.round(row.endNs),
        total_ns: Math.round(row.totalNs),
        guest_ns: isImport ? null : Math.round(row.guestNs),
        host_ns: Math.round(row.hostNs),
        suspended_ns: Math.round(row.suspendedNs),
      }
      return formatRecord(COLUMNS.map((column) => fields[column]))
    },
  }
}

type Field = string | number | boolean | null

function formatRecord(fields: readonly Field[]): string {
  return `${fields.map(formatField).join(',')}\r\n`
}

function formatField(field: Field): string {
  const text = field === null ? '' : String(field)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
