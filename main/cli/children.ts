import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'

const children = new Set<ChildProcess>()

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Starts a program that does not outlive this one. */
export function startChild(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(program, args, options)
  children.add(child)
  child.once('exit', () => children.delete(child))
  child.once('error', () => children.delete(child))
  return child
}

/** How a program ended: with a status, by a signal, or not having started. */
export interface ChildEnd {
  status: number | null
  signal: NodeJS.Signals | null
  /** Why it did not start. */
  error?: Error
}

/** Resolves when the program has ended. */
export function whenEnded(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ status: null, signal: null, error }))
    child.once('exit', (status, signal) => resolve({ status, signal }))
  })
}
