/** A database with the tables of a trace, from which statements of users only read. */
import type { StatementSync } from 'node:sqlite'
import { constants, DatabaseSync } from 'node:sqlite'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { QueryRows } from '../contract/service.ts'
import { checkSingleStatement } from './single-statement.ts'
import type { SqlRow, TableName } from './tables.ts'
import { describeTable, TABLE_NAMES, TABLES } from './tables.ts'

/** Characters of one text, and of all that is answered together. */
const TEXT_LIMIT = 10_000
const ANSWER_LIMIT = 64 * 1024 * 1024
/** Memory of SQLite; beyond its cache, tables lie in a file that it removes. */
const HEAP_LIMIT_BYTES = 1024 * 1024 * 1024
const CACHE_BYTES = 64 * 1024 * 1024

/** All that a `select` does. What is not among it, such as to attach a file, is refused. */
const READING = new Set([
  constants.SQLITE_SELECT,
  constants.SQLITE_READ,
  constants.SQLITE_FUNCTION,
  constants.SQLITE_RECURSIVE,
])

export class TraceDatabase {
  #database = openDatabase(null)
  #hasCalls = false
  readonly #inserts = new Map<TableName, StatementSync>()

  /**
   * Adds the calls of a `TableFile`; one that is there already is replaced. The first file becomes the database itself, and
   * what was in other tables is gone then: true. It may be the database of a process before, with all that was added to it.
   * Other files are not needed any more afterwards.
   */
  addCalls(path: string): boolean {
    if (this.#hasCalls) {
      this.#merge(path)
      return false
    }
    this.#inserts.clear()
    this.#database.close()
    this.#database = openDatabase(path)
    this.#hasCalls = true
    return true
  }

  #merge(path: string): void {
    this.#database.prepare('attach ? as added').run(path)
    // Whole records are copied where nothing is to be replaced.
    this.#database.exec(`
      delete from main.calls where id in (
        select id from added.calls where id <= (select max(id) from main.calls));
      insert into main.calls select * from added.calls;
      detach added`)
  }

  /** Adds rows; one whose key is there already takes its place. `whole`: they are all that the table has. */
  insert(table: TableName, rows: readonly SqlRow[], whole: boolean): void {
    const insert = this.#inserts.get(table) ?? this.#prepareInsert(table)
    this.#database.exec('begin')
    if (whole) this.#database.exec(`delete from ${table}`)
    for (const row of rows) insert.run(...row)
    if (table === 'calls') this.#hasCalls = true
    this.#database.exec('commit')
  }

  /** Answers a statement of a user. Fails with SQL_SEVERAL_STATEMENTS; throws what SQLite has to say against it. */
  query(sql: string, rowLimit: number): Result<QueryRows> {
    this.#database.setAuthorizer((action) =>
      READING.has(action) ? constants.SQLITE_OK : constants.SQLITE_DENY,
    )
    try {
      const statement = this.#database.prepare(sql)
      const error = checkSingleStatement(sql, statement.sourceSQL)
      return error ? failure(error) : success(readAnswer(statement, rowLimit))
    } finally {
      this.#database.setAuthorizer(null)
    }
  }

  #prepareInsert(table: TableName): StatementSync {
    const places = TABLES[table].map(() => '?').join(', ')
    const insert = this.#database.prepare(`insert or replace into ${table} values (${places})`)
    this.#inserts.set(table, insert)
    return insert
  }
}

function readAnswer(statement: StatementSync, rowLimit: number): QueryRows {
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  const columns = statement.columns().map(({ name }) => name)
  const rows: QueryRows['rows'] = []
  let length = 0
  for (const found of statement.iterate()) {
    if (rows.length >= rowLimit || length > ANSWER_LIMIT) return { columns, rows, isCut: true }
    const row = (found as unknown as unknown[]).map(toPlain)
    for (const value of row) length += typeof value === 'string' ? value.length : 8
    rows.push(row)
  }
  return { columns, rows, isCut: false }
}

function toPlain(value: unknown): number | string | null {
  if (value === null || typeof value === 'number') return value
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  const text = value instanceof Uint8Array ? toHexadecimal(value) : String(value)
  return text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}…` : text
}

function toHexadecimal(bytes: Uint8Array): string {
  return `x'${Buffer.from(bytes.subarray(0, TEXT_LIMIT)).toString('hex')}'`
}

/** With all tables: that of a file with calls, or one without a name, which is SQLite's own temporary file. */
function openDatabase(path: string | null): DatabaseSync {
  const database = new DatabaseSync(path ?? '')
  const present = database.prepare('select name from sqlite_schema').all()
  const tables = TABLE_NAMES.filter((table) => present.every(({ name }) => name !== table))
  database.exec(`
    pragma locking_mode = exclusive;
    pragma journal_mode = memory;
    pragma synchronous = off;
    pragma cache_size = -${CACHE_BYTES / 1024};
    pragma hard_heap_limit = ${HEAP_LIMIT_BYTES};
    ${tables.map((table) => `${describeTable(table)};`).join('\n')}`)
  return database
}
