import type { SessionId } from '../contract/ids.ts'
import type { ConsoleLine, TraceStatus } from '../contract/traces.ts'
import { PAGE_LIMIT } from '../contract/schemas.ts'
import type { Client } from '../doors/client.ts'
import { printError, printNotice, printResult } from './output.ts'

/** Prints a session's console as it grows. */
export interface ConsolePrinter {
  /** To be told of each `traceGrew` event. */
  noteGrowth(status: TraceStatus): void
  /** Resolves when every line that there is now has been printed. */
  finish(sessionId: SessionId): Promise<void>
}

/**
 * Prints what the host module logs and the guest returns to standard output; warnings, errors and the like to
 * standard error.
 */
export function createConsolePrinter(getClient: () => Client): ConsolePrinter {
  let nextLine = 0
  // One reading after the other, so that the lines come in order and each once.
  let reading = Promise.resolve()

  async function printNew(sessionId: SessionId): Promise<void> {
    for (;;) {
      const page = await getClient().call('readConsole', {
        sessionId,
        fromLine: nextLine,
        lineCount: PAGE_LIMIT,
      })
      if (!page.ok) {
        printError(page.error)
        return
      }
      const { lines, firstKept, lineCount } = page.value
      if (firstKept > nextLine) {
        printNotice(`${firstKept - nextLine} lines came too fast and were not printed.`)
        nextLine = firstKept
      }
      for (const line of lines) {
        if (line.index >= nextLine) printLine(line)
      }
      nextLine = Math.max(nextLine, (lines.at(-1)?.index ?? -1) + 1)
      if (lines.length === 0 || nextLine >= lineCount) return
    }
  }

  function finish(sessionId: SessionId): Promise<void> {
    // A client that is closed rejects; then nobody wants the rest.
    reading = reading.then(() => printNew(sessionId)).catch(() => {})
    return reading
  }

  return {
    noteGrowth(status) {
      if (status.consoleLineCount > nextLine) void finish(status.sessionId)
    },
    finish,
  }
}

function printLine(line: ConsoleLine): void {
  if (line.level === 'log') printResult(line.text)
  else printNotice(line.text)
}
