import { expect, test } from 'vitest'
import { ERRORS } from '../../main/contract/error-codes.ts'
import { REQUEST_SCHEMAS } from '../../main/contract/schemas.ts'
import { EVENT_NAMES } from '../../main/doors/event-queue.ts'

/** As much of a valibot schema as its description needs. */
interface Schema {
  type: string
  message?: string
  literal?: unknown
  requirement?: unknown
  entries?: Record<string, Schema>
  items?: Schema[]
  options?: Schema[]
  item?: Schema
  key?: Schema
  value?: Schema
  wrapped?: Schema
  pipe?: Schema[]
}

/** A schema as one line: `{ name: string min_length=1, values: string[] }`. */
function describeSchema(schema: Schema): string {
  if (!schema.pipe) return describeBase(schema)
  const [base, ...checks] = schema.pipe
  return [describeSchema(base as Schema), ...checks.map(describeCheck)].join(' ')
}

function describeCheck({ type, requirement }: Schema): string {
  return requirement === undefined || typeof requirement === 'function' ? type : `${type}=${requirement}`
}

function describeBase(schema: Schema): string {
  const { type, entries, items, options, item, key, value, wrapped } = schema
  if (entries) {
    const fields = Object.entries(entries).map(([name, field]) => `${name}: ${describeSchema(field)}`)
    return `${type} { ${fields.join(', ')} }`
  }
  if (items) return `${type} [${items.map(describeSchema).join(', ')}]`
  if (type === 'picklist') return `${type} ${JSON.stringify(options)}`
  if (options) return `${type} (${options.map(describeSchema).join(' | ')})`
  if (item) return `${type} of (${describeSchema(item)})`
  if (key && value) return `${type} of (${describeSchema(key)}) to (${describeSchema(value)})`
  if (wrapped) return `${type} (${describeSchema(wrapped)})`
  if (type === 'literal') return JSON.stringify(schema.literal)
  return schema.message === undefined ? type : `${type} ${schema.message}`
}

// Whoever changes one of these changes what clients may rely on: older windows, scripts, and the documentation.
test('the surface of the contract is as written down', async () => {
  const requests = Object.entries(REQUEST_SCHEMAS).map(
    ([name, schema]) => `${name}: ${describeSchema(schema as unknown as Schema)}`,
  )
  const surface = [
    '# Functions',
    ...requests,
    '',
    '# Events',
    ...EVENT_NAMES,
    '',
    '# Error codes',
    ...Object.keys(ERRORS).sort(),
    '',
  ]
  await expect(surface.join('\n')).toMatchFileSnapshot('surface.txt')
})
