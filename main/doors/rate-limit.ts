/** Messages that one client may send a second, on average. A window that is hard at work sends some hundreds. */
export const MESSAGES_PER_SECOND = 5000
/** Messages that may arrive at once before the average counts. */
export const MESSAGE_BURST = 10_000

/** Counts messages against the limit; `admit` says whether one more is within it. `now` is a clock in milliseconds. */
export function createRateLimit(now: () => number = () => performance.now()): { admit(): boolean } {
  let allowance = MESSAGE_BURST
  let lastMs = now()
  return {
    admit() {
      const nowMs = now()
      allowance = Math.min(MESSAGE_BURST, allowance + ((nowMs - lastMs) / 1000) * MESSAGES_PER_SECOND)
      lastMs = nowMs
      if (allowance < 1) return false
      allowance -= 1
      return true
    },
  }
}
