/** What only something that hangs takes, on a crowded machine too. */
export const HANG_MS = 20_000

/** What a promise resolves to; throws where it takes too long. */
export async function inTime<Value>(what: string, promise: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what} hangs`)), HANG_MS)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
