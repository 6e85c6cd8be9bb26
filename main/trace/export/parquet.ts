/** A table in the format of Apache Parquet, in groups of rows that are written one after the other. */
import type { ColumnSource, SchemaElement } from 'hyparquet-writer'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { ExportSource, TraceWriter } from './encoder.ts'
import type { Column, ColumnName, Field } from './table.ts'
import { COLUMN_NAMES, COLUMNS, readFields } from './table.ts'

/** A group has as many rows, or fewer where those are large. It is kept until it is written. */
const GROUP_LENGTH = 16_384
const GROUP_SIZE_CHARACTERS = 8 * 1024 * 1024
/** Rows that are collected in one step. */
const STEP_LENGTH = 2048
/** Of a field that is no text, about. */
const FIELD_LENGTH = 8

const TYPES: Record<Column['type'], Omit<SchemaElement, 'name'>> = {
  integer: { type: 'INT64' },
  boolean: { type: 'BOOLEAN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  list: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
}

const SCHEMA: SchemaElement[] = [
  { name: 'calls', num_children: COLUMN_NAMES.length },
  ...COLUMN_NAMES.map((name): SchemaElement => ({
    name,
    ...TYPES[COLUMNS[name].type],
    repetition_type: COLUMNS[name].optional ? 'OPTIONAL' : 'REQUIRED',
  })),
]

/** Writes the table. What of it is kept to the end is where each group's columns lie. */
export function* writeParquet(source: ExportSource): TraceWriter {
  const { isWanted, snapshot } = source
  const { callCount } = snapshot
  const bytes = new ByteWriter()
  const file = new ParquetWriter({
    writer: bytes,
    schema: SCHEMA,
    createdBy: `jspi-inspector version ${source.version}`,
    kvMetadata: [
      { key: 'jspi_inspector.guest', value: source.guestName },
      { key: 'jspi_inspector.started_at', value: new Date(source.startedAtMs).toISOString() },
    ],
  })
  const take = (): Uint8Array<ArrayBuffer> => {
    const content = new Uint8Array(bytes.getBuffer())
    bytes.index = 0
    return content
  }
  let group = new Group()
  for (let id = 1; id <= callCount; id++) {
    if (isWanted(id)) group.add(readFields(source, id))
    if (group.isFull || (id === callCount && group.rowCount > 0)) {
      void file.write({ columnData: group.toColumns(), rowGroupSize: GROUP_LENGTH })
      group = new Group()
      yield { content: take(), doneCount: id }
    } else if (id % STEP_LENGTH === 0) yield { content: '', doneCount: id }
  }
  void file.finish()
  yield { content: take(), doneCount: callCount }
}

/** Rows, column by column. */
class Group {
  readonly #columns = COLUMN_NAMES.map((name) => ({ name, data: [] as unknown[] }))
  rowCount = 0
  #length = 0

  get isFull(): boolean {
    return this.rowCount === GROUP_LENGTH || this.#length >= GROUP_SIZE_CHARACTERS
  }

  add(fields: Record<ColumnName, Field>): void {
    this.rowCount++
    for (const { name, data } of this.#columns) {
      const field = fields[name]
      this.#length += measure(field)
      data.push(typeof field === 'number' ? BigInt(field) : field)
    }
  }

  toColumns(): ColumnSource[] {
    return this.#columns.map(({ name, data }) => ({
      name,
      data,
      offsetIndex: false,
      // Numbers of a call are like those of the call before.
      ...(COLUMNS[name].type === 'integer' ? { encoding: 'DELTA_BINARY_PACKED' as const } : {}),
      // Nobody looks for the least of lists.
      statistics: COLUMNS[name].type !== 'list',
    }))
  }
}

function measure(field: Field): number {
  if (typeof field === 'string') return field.length
  if (!Array.isArray(field)) return FIELD_LENGTH
  return field.reduce<number>((sum, value) => sum + measure(value), 0)
}
