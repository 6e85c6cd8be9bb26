import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { SessionId } from '../../../main/contract/ids.ts'
import type { ConsoleLine } from '../../../main/contract/traces.ts'
import type { Backend } from '../../backend/backend.ts'
import { createCoalescedRead, nextFrame } from '../calls/coalesced-read.ts'

/** Lines per request. A page is parsed and drawn well within a frame. */
const PAGE_LINES = 1000
/** Further behind than this, the table goes on near the newest line instead of catching up. */
const FAR_BEHIND_LINES = 5000

/** Where lines go. */
export interface ConsoleSink {
  /** Writes lines, and before them how many were left out. Resolves when it can take more. */
  write(lines: readonly ConsoleLine[], skippedCount: number): Promise<void>
  /** Begins anew: the session does. */
  reset(): void
}

export interface ConsoleLinesReader {
  /** Whether anything has been written since the beginning or the last `skipToEnd`. */
  readonly hasLines: Readonly<ShallowRef<boolean>>
  /** Leaves out all lines that there are now. */
  skipToEnd(): void
}

/** Reads a session's console lines page by page, each when the sink has taken the one before. */
export function useConsoleLines(
  backend: Backend,
  sessionId: () => SessionId,
  lineCount: () => number,
  sink: ConsoleSink,
): ConsoleLinesReader {
  const hasLines = shallowRef(false)
  let nextLine = 0
  let knownCount = 0
  // Counts up whenever what is on its way has become stale.
  let generation = 0

  const reader = createCoalescedRead(readPage, nextFrame)

  async function readPage(): Promise<void> {
    if (nextLine >= knownCount) return
    const asked = generation
    const isFarBehind = knownCount - nextLine > FAR_BEHIND_LINES
    const fromLine = isFarBehind ? knownCount - PAGE_LINES : nextLine
    const answer = await backend.call.readConsole({
      sessionId: sessionId(),
      fromLine,
      lineCount: Math.min(PAGE_LINES, knownCount - fromLine),
    })
    if (!answer.ok || asked !== generation) return
    const { lines } = answer.value
    const first = lines[0]
    if (!first) return
    const skippedCount = first.index - nextLine
    nextLine = first.index + lines.length
    hasLines.value = true
    await sink.write(lines, skippedCount)
    if (nextLine < knownCount) reader.request()
  }

  function restart(): void {
    generation += 1
    nextLine = 0
    hasLines.value = false
    sink.reset()
  }

  watch(sessionId, restart)
  watch(
    [sessionId, lineCount],
    ([, count]) => {
      if (count < nextLine) restart()
      knownCount = count
      reader.request()
    },
    { immediate: true },
  )
  onScopeDispose(reader.dispose)

  return {
    hasLines,
    skipToEnd() {
      generation += 1
      nextLine = knownCount
      hasLines.value = false
    },
  }
}
