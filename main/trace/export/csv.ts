/** A table with a line for each call, as RFC 4180 has it. */
import type { ExportSource, TraceEncoder } from './encoder.ts'
import type { Field } from './table.ts'
import { COLUMN_NAMES, readFields } from './table.ts'

/** Makes a writer of a table. Lists are JSON in one field; what there is not is an empty field. */
export function createCsvEncoder(source: ExportSource): TraceEncoder {
  return {
    head: () => formatRecord(COLUMN_NAMES),
    call(id) {
      const fields = readFields(source, id)
      return formatRecord(COLUMN_NAMES.map((name) => fields[name]))
    },
  }
}

function formatRecord(fields: readonly Field[]): string {
  return `${fields.map(formatField).join(',')}\r\n`
}

function formatField(field: Field): string {
  if (field === null) return ''
  const text = typeof field === 'object' ? JSON.stringify(field) : String(field)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
