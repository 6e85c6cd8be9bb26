import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'

const CLOSE_LIMIT_MS = 15_000

/** Collects what a process prints. */
export function collectOutput(child: ChildProcess): () => string {
  const parts: string[] = []
  child.stdout?.on('data', (data) => parts.push(String(data)))
  child.stderr?.on('data', (data) => parts.push(String(data)))
  return () => parts.join('')
}

/** Waits for a process that is about to end. Rejects, and kills it, if it ends badly or not at all. */
export async function expectEnd(child: ChildProcess, output: () => string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const late = setTimeout(() => child.kill('SIGKILL'), CLOSE_LIMIT_MS)
    await once(child, 'exit')
    clearTimeout(late)
  }
  if (child.exitCode !== 0) {
    throw new Error(`The program ended with ${child.exitCode ?? child.signalCode}:\n${output()}`)
  }
}
