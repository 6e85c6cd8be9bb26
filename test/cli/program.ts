import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ROOT } from '../support/inspector.ts'

const LAUNCHER = join(ROOT, 'main/cli/launch.mjs')

export interface ProgramOptions {
  /** Options of Node itself. */
  nodeOptions?: string[]
  /** Another copy of the launcher. */
  launcher?: string
  folder?: string
  /** On top of this process's own. An empty text takes a variable away. */
  environment?: Record<string, string>
}

/** How the program ended, and all that it printed. */
export interface Ended {
  status: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** The program while it runs. It is ended with the test at the latest. */
export interface RunningProgram {
  child: ChildProcess
  /** What it has printed up to now. */
  stdout(): string
  stderr(): string
  ended: Promise<Ended>
}

/** Starts the program by its real launcher, as a user does. */
export function startProgram(texts: readonly string[], options: ProgramOptions = {}): RunningProgram {
  const { nodeOptions = [], launcher = LAUNCHER, folder = ROOT, environment = {} } = options
  const settings = { JSPI_INSPECTOR_SETTINGS: join(makeFolder(), 'settings') }
  const env = Object.entries({ ...process.env, ...settings, ...environment }).filter(
    ([, value]) => value !== '',
  )
  const child = spawn(process.execPath, [...nodeOptions, launcher, ...texts], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: Object.fromEntries(env),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }))
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, stdout: () => stdout, stderr: () => stderr, ended }
}

/** Runs the program to its end. */
export function runProgram(texts: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  return startProgram(texts, options).ended
}

/** A folder for the files of one test; gone when that ends. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jspi-inspector-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
