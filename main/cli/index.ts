import { makeError } from '../contract/error-codes.ts'
import { associate } from './associate.ts'
import { parseCommandLine } from './command-line.ts'
import type { Command } from './command-line.ts'
import { inspect } from './inspect.ts'
import { watchInterruption } from './interruption.ts'
import { open } from './open.ts'
import { STATUS, endWithReader, exitWhenWritten, printError } from './output.ts'
import { findProgramPaths } from './paths.ts'
import { run } from './run.ts'
import { printQuery } from './query.ts'
import { makeOpenRequest, serve } from './serve.ts'
import { exportSessionFile, printStatistics } from './session-file.ts'

const paths = findProgramPaths()

function carryOut(command: Command): Promise<number> | number {
  if (command.verb === 'none') return STATUS.ok
  if (command.verb === 'inspect') return inspect(command)
  if (command.verb === 'export') return exportSessionFile(command, paths)
  if (command.verb === 'stats') return printStatistics(command, paths)
  if (command.verb === 'query') return printQuery(command, paths)
  if (command.verb === 'associate') return associate(command, paths)
  const interruption = watchInterruption()
  if (command.verb === 'run') return run(command, paths, interruption)
  if (command.verb === 'open') return open(command, paths, interruption)
  return serve({ ...command, request: makeOpenRequest(command) }, paths, interruption)
}

async function main(): Promise<number> {
  const parsed = parseCommandLine(process.argv.slice(2), paths.version)
  if (parsed.ok) return carryOut(parsed.value)
  printError(parsed.error)
  return STATUS.unusable
}

endWithReader()
try {
  await exitWhenWritten(await main())
} catch (error) {
  printError(makeError('INTERNAL', { cause: error instanceof Error ? String(error.stack) : String(error) }))
  await exitWhenWritten(STATUS.unusable)
}
