/**
 * The process that answers SQL; its argument is the number of the inspector's. A thread would not do: SQLite cannot be interrupted from JavaScript, and a thread that is
 * in the midst of native code cannot be ended.
 */
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { makeError } from '../contract/error-codes.ts'
import { TraceDatabase } from './database.ts'
import type { MessageFromQueryProcess, MessageToQueryProcess } from './protocol.ts'

/** Of SQLite: what the authorizer has refused. */
const SQLITE_AUTH = 23

/**
 * Looks every second whether the inspector is still there, in a thread of its own: this one hears of nothing while a
 * statement goes on. Who was killed could not end this process, and may have been before this thread has begun; nor could it
 * remove the database, of whose folder this thread is told.
 */
const WATCH = `
  const { parentPort, workerData: inspectorPid } = require('node:worker_threads')
  const { rmSync } = require('node:fs')
  let databaseFolder = null
  parentPort.on('message', (folder) => {
    databaseFolder = folder
  })
  setInterval(() => {
    try {
      process.kill(inspectorPid, 0)
      if (process.ppid === inspectorPid) return
    } catch {}
    try {
      if (databaseFolder !== null) rmSync(databaseFolder, { recursive: true, force: true })
    } catch {}
    process.kill(process.pid, 'SIGKILL')
  }, 1000)
`

const host = globalThis.process
const watch = new Worker(WATCH, { eval: true, workerData: Number(host.argv[2]) })
watch.unref()
const database = new TraceDatabase()

function answer(message: MessageToQueryProcess): MessageFromQueryProcess {
  try {
    if (message.type === 'calls') {
      if (database.addCalls(message.path)) watch.postMessage(dirname(message.path))
      return { type: 'taken' }
    }
    if (message.type === 'rows') {
      database.insert(message.table, message.rows, message.whole ?? false)
      return { type: 'taken' }
    }
    const answered = database.query(message.sql, message.rowLimit)
    return answered.ok
      ? { type: 'answer', answer: answered.value }
      : { type: 'failed', error: answered.error }
  } catch (thrown) {
    const why = describe(thrown as Error & { errcode?: number })
    return { type: 'failed', error: makeError('SQL_FAILED', { why }) }
  }
}

function describe({ message, errcode }: Error & { errcode?: number }): string {
  if (errcode === SQLITE_AUTH) return 'It does more than to read the tables of the trace.'
  return `SQLite says: ${message}.`
}

host.on('message', (message: MessageToQueryProcess) => {
  host.send?.(answer(message))
})

// The inspector has ended without a word: that thread sees to what is left.
host.on('disconnect', () => watch.ref())
