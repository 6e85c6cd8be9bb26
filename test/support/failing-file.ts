/** Files that can no longer be read while they are open. */
import { closeSync, existsSync, openSync, readdirSync, readlinkSync } from 'node:fs'

const DESCRIPTORS = '/proc/self/fd'

/** Whether {@link putFolderInPlaceOf} works here. */
export const DESCRIPTORS_CAN_BE_REPLACED = existsSync(DESCRIPTORS)

/** Has the descriptor of an open file stand for a folder, which cannot be read as one. */
export function putFolderInPlaceOf(path: string): void {
  const descriptor = readdirSync(DESCRIPTORS)
    .map(Number)
    .find((each) => {
      try {
        return readlinkSync(`${DESCRIPTORS}/${each}`) === path
      } catch {
        return false
      }
    })!
  closeSync(descriptor)
  // The lowest one that is free is given.
  const opened: number[] = []
  while (opened.at(-1) !== descriptor) opened.push(openSync(DESCRIPTORS, 'r'))
  for (const each of opened.slice(0, -1)) closeSync(each)
}
