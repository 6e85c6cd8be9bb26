/** What the inspector and the process that answers SQL say to each other. */
import type { InspectorError } from '../contract/result.ts'
import type { QueryRows } from '../contract/service.ts'
import type { SqlRow, TableName } from './tables.ts'

export type MessageToQueryProcess =
  /** Adds the calls of a `TableFile`. */
  | { type: 'calls'; path: string }
  /** Adds rows; one with a key that is there already takes its place. `whole`: instead of all that there are. */
  | { type: 'rows'; table: TableName; rows: SqlRow[]; whole?: true }
  | { type: 'query'; sql: string; rowLimit: number }

export type MessageFromQueryProcess =
  | { type: 'taken' }
  | { type: 'answer'; answer: QueryRows }
  | { type: 'failed'; error: InspectorError }
