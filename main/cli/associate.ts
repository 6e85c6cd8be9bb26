/** Tells the user's desktop that the inspector opens session files, or takes that back. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeError } from '../contract/error-codes.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { FreedesktopPlaces, StartedProgram } from './associations/freedesktop.ts'
import {
  describeApplication,
  describeTypes,
  DESKTOP_FILE,
  findFreedesktopPlaces,
  SESSION_TYPE,
  withoutApplication,
} from './associations/freedesktop.ts'
import { listRegistryAdditions, listRegistryRemovals } from './associations/windows.ts'
import type { Command } from './command-line.ts'
import { findElectronBinary, findElectronPackage } from './electron-package.ts'
import { printError, printNotice, printResult, STATUS } from './output.ts'
import type { ProgramPaths } from './paths.ts'

type AssociateCommand = Extract<Command, { verb: 'associate' }>

/** Associates, or takes it back, and prints what is so now. Answers with the exit status. */
export function associate(command: AssociateCommand, paths: ProgramPaths): number {
  const done = changeAssociations(command, paths)
  if (!done.ok) {
    printError(done.error)
    return STATUS.unusable
  }
  for (const notice of done.value) printNotice(notice)
  if (command.removes) printResult('The inspector no longer opens session files by itself.')
  else printResult('Session files (.jspi) open in the inspector. For modules (.wasm) it can be chosen.')
  return STATUS.ok
}

/** What could not be done is in the lines of the result. Fails with ASSOCIATION_FAILED. */
export function changeAssociations(
  { removes }: AssociateCommand,
  { rootFolder }: ProgramPaths,
  platform: NodeJS.Platform = process.platform,
): Result<string[]> {
  if (platform === 'darwin') {
    const why = 'macOS knows applications by their bundles, and npm installs none.'
    return failure(makeError('ASSOCIATION_FAILED', { why }))
  }
  const program = { node: process.execPath, launcher: join(rootFolder, 'main/cli/launch.mjs') }
  if (platform === 'win32') return changeRegistry(removes ? null : program)
  const places = findFreedesktopPlaces(process.env, homedir())
  try {
    if (!removes) return success(writeFiles(places, program, rootFolder))
    removeFiles(places)
    return success([])
  } catch (thrown) {
    return failure(makeError('ASSOCIATION_FAILED', { why: `${(thrown as Error).message}.` }))
  }
}

function changeRegistry(program: StartedProgram | null): Result<string[]> {
  for (const texts of program ? listRegistryAdditions(program) : listRegistryRemovals()) {
    const why = run(['reg.exe', ...texts])
    if (program && why !== null) return failure(makeError('ASSOCIATION_FAILED', { why }))
  }
  return success([])
}

function writeFiles(places: FreedesktopPlaces, program: StartedProgram, rootFolder: string): string[] {
  const electron = findElectronPackage(rootFolder)
  const hasWindow = electron !== null && findElectronBinary(electron) !== null
  write(places.desktopPath, describeApplication(program, !hasWindow))
  write(places.typesPath, describeTypes())
  const typeNotice = run(['update-mime-database', places.mimeFolder])
  const indexNotice = run(['update-desktop-database', places.applicationsFolder])
  const choiceNotice = runFirst([
    ['xdg-mime', 'default', DESKTOP_FILE, SESSION_TYPE],
    ['gio', 'mime', SESSION_TYPE, DESKTOP_FILE],
  ])
  return [
    ...(typeNotice ? [`${typeNotice} The desktop may not know the type of session files.`] : []),
    // Either is enough: one lists all applications by their types, the other chooses this one.
    ...(indexNotice && choiceNotice
      ? [`${indexNotice} ${choiceNotice} The desktop may not know what opens session files.`]
      : []),
  ]
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

function removeFiles(places: FreedesktopPlaces): void {
  const { applicationsFolder, mimeFolder, choicesPath, desktopPath, typesPath } = places
  const isThere = existsSync(desktopPath) || existsSync(typesPath)
  rmSync(desktopPath, { force: true })
  rmSync(typesPath, { force: true })
  if (existsSync(choicesPath)) {
    const choices = readFileSync(choicesPath, 'utf8')
    const others = withoutApplication(choices)
    if (others !== choices) writeFileSync(choicesPath, others)
  }
  if (!isThere) return
  // Without these programs nothing has been made of the files.
  run(['update-mime-database', mimeFolder])
  run(['update-desktop-database', applicationsFolder])
}

type ProgramCall = readonly [program: string, ...texts: string[]]

/** Runs the first of these programs that can be; null, or why none could. */
function runFirst(calls: readonly ProgramCall[]): string | null {
  const notices: string[] = []
  for (const call of calls) {
    const notice = run(call)
    if (notice === null) return null
    notices.push(notice)
  }
  return notices.join(' ')
}

/** Null, or why it did not succeed. */
function run([program, ...texts]: ProgramCall): string | null {
  const { status, error, stderr } = spawnSync(program, texts, { encoding: 'utf8', windowsHide: true })
  if (status === 0) return null
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return `${program} is not installed.`
  return `${program} failed: ${(error?.message ?? stderr).trim()}`
}
