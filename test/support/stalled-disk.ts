/** A disk that takes its time: what this process reads and writes in the background waits until it is told to go on. */
import { execFileSync } from 'node:child_process'
import { closeSync, open, openSync } from 'node:fs'
import { join } from 'node:path'

/** Threads that Node has for all files. */
const THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)

/**
 * Holds up all files of this process: each thread waits for somebody who writes into a pipe, in an empty folder. Returns
 * what ends that.
 */
export function stallDisk(folder: string): () => void {
  const pipes = Array.from({ length: THREADS }, (_, index) => join(folder, `pipe-${index}`))
  execFileSync('mkfifo', pipes)
  const opened = pipes.map(
    (path) =>
      new Promise<void>((resolve) => {
        open(path, 'r', (error, descriptor) => {
          if (!error) closeSync(descriptor)
          resolve()
        })
      }),
  )
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    // Opened for both it does not wait itself.
    const writers = pipes.map((path) => openSync(path, 'r+'))
    void Promise.all(opened).then(() => writers.forEach((writer) => closeSync(writer)))
  }
}
