/**
 * The command line's `run`, as a program for tests, with 16 MiB for a trace. TEST_TEMPORARY_FOLDER says where longer ones
 * go; TEST_STALL_MS for how long the disk stands still once a trace goes there.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseCommandLine } from '../../main/cli/command-line.ts'
import { watchInterruption } from '../../main/cli/interruption.ts'
import { exitWhenWritten } from '../../main/cli/output.ts'
import { findProgramPaths } from '../../main/cli/paths.ts'
import { run } from '../../main/cli/run.ts'
import { stallDisk } from '../support/stalled-disk.ts'

const folder = mkdtempSync(join(tmpdir(), 'jspi-inspector-small-'))
const temporaryFolder = process.env['TEST_TEMPORARY_FOLDER'] ?? folder
const stallMs = Number(process.env['TEST_STALL_MS'] ?? 0)
const paths = { ...findProgramPaths(), traceLimitBytes: 16 * 1024 * 1024, temporaryFolder }
const parsed = parseCommandLine(process.argv.slice(2), paths.version)
if (!parsed.ok || parsed.value.verb !== 'run') throw new Error('This is for `run` alone.')

const watch = setInterval(() => {
  if (stallMs === 0 || readdirSync(folder).length === 0) return
  clearInterval(watch)
  setTimeout(stallDisk(mkdtempSync(join(folder, 'pipes-'))), stallMs)
}, 1)
const status = await run(parsed.value, paths, watchInterruption())
clearInterval(watch)
rmSync(folder, { recursive: true, force: true })
await exitWhenWritten(status)
