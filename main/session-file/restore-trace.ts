/** Gives a trace what a session file has. */
import { makeError } from '../contract/error-codes.ts'
import type { CallId } from '../contract/ids.ts'
import type { ReturnedTimes } from '../trace/call-store.ts'
import type { Trace } from '../trace/trace.ts'
import type { BlockFileReader } from './block-file.ts'
import type { FileConsole, FileDetails } from './file-parts.ts'
import type { StoredBlock } from './stored-blocks.ts'
import { createLoader } from './stored-blocks.ts'

/** Has calls read from the blocks of a file that `stored` names, or will name. */
export function useBlocks(trace: Trace, reader: BlockFileReader, stored: readonly StoredBlock[]): void {
  const { calls } = trace
  calls.blocks.setSource(
    {
      load: createLoader(calls, stored, (offset) => reader.read(offset)),
      mayGo: (block) => block.changedCount === 0,
      limitBytes: trace.blockLimitBytes,
    },
    stored.length,
  )
}

/** What a file says of calls that had not ended. */
export interface RunningCalls {
  ids: Iterable<CallId>
  /** Of those of the guest: what the imports took that each has made, as far as it is known. */
  importTimes: Iterable<readonly [CallId, ReturnedTimes]>
  /** Of imports: the host's part, where the guest was suspended. Others may be among them, which have ended. */
  suspended: Iterable<readonly [CallId, hostNs: number]>
}

/** Ends calls whose end is not in the file: it was not written any more. */
export function endRunning(trace: Trace, { ids, importTimes, suspended }: RunningCalls, endNs: number): void {
  const { calls } = trace
  for (const id of ids) calls.adopt(id)
  for (const [id, hostNs] of suspended) if (calls.running.has(id)) calls.suspend(id, hostNs)
  for (const [id, times] of importTimes) calls.restoreImportTimes(id, times)
  trace.endRunning('cancelled', makeError('SESSION_FILE_INCOMPLETE'), endNs)
}

/** Takes in a block of details; those of a file come in order. */
export function takeDetails({ calls }: Trace, details: FileDetails): void {
  for (const [functionIndex, definition] of details.definitions ?? []) {
    calls.definitions[functionIndex] = definition
  }
  for (const [handle, text] of details.previews ?? []) calls.previews.set(handle, text)
  calls.errors.restore(details.errors ?? [], details.failed ?? [])
  for (const stack of details.stacks ?? []) calls.stacks.add(stack)
  for (const [id, texts] of details.decoded ?? []) calls.decoded.restore(id, texts)
  for (const known of details.overlaps ?? []) calls.overlaps.restore(known)
  for (const id of details.scattered ?? []) calls.scattered.add(id)
}

/** Takes in a block of the console; those of a file come in order. */
export function takeConsole({ console }: Trace, { lines }: FileConsole): void {
  for (const { text, index: _, ...line } of lines) console.append(text, line)
}
