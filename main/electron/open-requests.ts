import * as v from 'valibot'
import type { OpenRequest } from '../inspector/api.ts'

const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))
const schema = v.object({
  requests: v.array(
    v.strictObject({ path, hostPath: v.exactOptional(path), keepsNewest: v.exactOptional(v.boolean()) }),
  ),
})

/** Reads what a second start of the program passes on to this one; null if another program sent it. */
export function parseOpenRequests(data: unknown): OpenRequest[] | null {
  const parsed = v.safeParse(schema, data)
  return parsed.success ? parsed.output.requests : null
}
