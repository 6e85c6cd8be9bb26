/** Reads on demand, however often it is demanded. */
export interface CoalescedRead {
  /** Has the read happen soon. Requests that come before it has begun are one. */
  request(): void
  /** Ends it: nothing is read any more. */
  dispose(): void
}

/**
 * Wraps `read` so that one is in flight at most, and each waits for its turn first: for a frame, or for a time.
 * A request that comes while a read is in flight leads to another after it.
 */
export function createCoalescedRead(
  read: () => Promise<void>,
  waitForTurn: () => Promise<void>,
): CoalescedRead {
  let wanted = false
  let busy = false
  let disposed = false

  async function work(): Promise<void> {
    busy = true
    try {
      while (wanted) {
        await waitForTurn()
        if (disposed) return
        wanted = false
        await read()
      }
    } finally {
      busy = false
    }
  }

  return {
    request() {
      wanted = true
      if (!busy && !disposed) void work()
    },
    dispose() {
      disposed = true
    },
  }
}

/** Resolves with the next frame; while the window is hidden that is when it is shown again. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()))
}
