import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import type { RunningApp } from './drivers/driver.ts'
import { ROOT } from './paths.ts'

/** A line of the public trace format, as far as the specs look at it. */
export interface TraceLine {
  id: number
  parent: number | null
  kind: string
  name: string
  outcome: string
}

const validate = new Ajv2020({ strictTypes: false }).compile(
  JSON.parse(readFileSync(join(ROOT, 'docs/trace-format.schema.json'), 'utf8')) as object,
)

/** Saves the trace from the window as a user does, and holds every line to the public schema. */
export async function exportTrace(app: RunningApp): Promise<TraceLine[]> {
  const text = await app.readDownload(() => app.page.getByRole('button', { name: 'Export trace' }).click())
  expect(text.endsWith('\n')).toBe(true)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const call: unknown = JSON.parse(line)
      if (!validate(call)) throw new Error(`${line}\n${JSON.stringify(validate.errors)}`)
      return call as TraceLine
    })
}
