import { onScopeDispose, shallowRef } from 'vue'
import type { SessionId } from '../../../main/contract/ids.ts'
import type { InspectorError } from '../../../main/contract/result.ts'
import type { QueryProgress, QueryRows } from '../../../main/contract/service.ts'
import type { Backend } from '../../backend/backend.ts'

/** More of them nobody reads; the command line prints them all. */
const ROW_LIMIT = 1000

/** What a query came to. */
type Outcome = { kind: 'rows'; answer: QueryRows } | { kind: 'failed'; error: InspectorError }

/** A table of the trace with its columns. */
interface TableInfo {
  name: string
  columns: string[]
}

/** Asks a session with SQL, one query at a time. */
export function useQuery(backend: Backend, sessionId: SessionId) {
  const outcome = shallowRef<Outcome | null>(null)
  const isRunning = shallowRef(false)
  /** Of the query that runs, as far as it is known. */
  const progress = shallowRef<QueryProgress | null>(null)
  const tables = shallowRef<TableInfo[]>([])

  async function run(sql: string): Promise<void> {
    if (isRunning.value || sql.trim() === '') return
    isRunning.value = true
    progress.value = null
    const answer = await backend.call.queryTrace({ sessionId, sql, rowLimit: ROW_LIMIT })
    isRunning.value = false
    outcome.value = answer.ok
      ? { kind: 'rows', answer: answer.value }
      : { kind: 'failed', error: answer.error }
  }

  function cancel(): void {
    void backend.call.cancelQuery({ sessionId })
  }

  async function readTables(): Promise<void> {
    const sql = "select name, sql from sqlite_schema where type = 'table'"
    const answer = await backend.call.queryTrace({ sessionId, sql, rowLimit: ROW_LIMIT })
    if (!answer.ok) return
    tables.value = answer.value.rows.map(([name, definition]) => ({
      name: String(name),
      columns: readColumns(String(definition)),
    }))
  }

  const endProgress = backend.on('queryAdvanced', (advanced) => {
    if (advanced.sessionId === sessionId) progress.value = advanced
  })
  void readTables()
  onScopeDispose(() => {
    endProgress()
    if (isRunning.value) cancel()
  })
  return { outcome, isRunning, progress, tables, run, cancel }
}

/** `create table name (column type, …)` */
function readColumns(definition: string): string[] {
  const list = definition.slice(definition.indexOf('(') + 1, definition.lastIndexOf(')'))
  return list.split(',').map((column) => column.trim().split(' ')[0]!)
}
