/** Ends the process with what went wrong: a stand-in that carried on would prove nothing. */
export function fail(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`electron-stand-in: ${text}\n`)
  process.exit(70)
}
