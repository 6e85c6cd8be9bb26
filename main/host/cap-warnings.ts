import { makeError } from '../contract/error-codes.ts'
import type { InspectorError } from '../contract/result.ts'

/** Of so many warnings with the same code each is said; of the others, how many there are. */
const WARNING_LIMIT = 5

/** The warnings of a session, short enough to be read: a module may have a hundred memories, or a host module a whole API. */
export function capWarnings(warnings: readonly InspectorError[]): InspectorError[] {
  const kinds = [...Map.groupBy(warnings, ({ code }) => code).values()]
  return kinds.flatMap((group) => {
    const rest = group.slice(WARNING_LIMIT)
    // Where one would be left out, it takes as much room as the sentence that says so.
    if (rest.length < 2) return group
    const { code, fix } = rest[0]!
    const counted = makeError(code, { why: `There are ${rest.length} more of these.`, fix })
    return group.slice(0, WARNING_LIMIT).concat(counted)
  })
}
