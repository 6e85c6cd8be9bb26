/** Reads traces in their public format, and checks them against its schema and against themselves. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import type { TestSession } from '../support/inspector.ts'
import { ROOT, valueOf } from '../support/inspector.ts'

/** A line, as far as it is looked at. */
export interface Line {
  id: number
  parent: number | null
  kind: 'export' | 'import'
  name: string
  params: { type: string; value: unknown }[]
  results: { type: string; value: unknown; preview?: string }[] | null
  outcome: string
  error?: { code: string; message: string }
  stack?: { offset: number; function: string | null; file?: string; line?: number; inlined?: true }[]
  startNs: number
  guestNs?: number
  hostNs: number
  suspendedNs: number
  endNs: number | null
}

const schema = JSON.parse(readFileSync(join(ROOT, 'docs/trace-format.schema.json'), 'utf8')) as object
const validate = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
}).compile(schema)

export function explainRefusal(line: unknown): string | null {
  return validate(line)
    ? null
    : `${JSON.stringify(line)}\n${validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`).join('\n')}`
}

/** The session's trace as the window exports it, in pieces. */
export function exportLines({ inspector, sessionId }: TestSession): Line[] {
  let text = ''
  for (let next: number | null = 1; next !== null;) {
    const piece: { content: unknown; nextCallId: number | null } = valueOf(
      inspector.service.exportTrace({ sessionId, fromCallId: next }),
    )
    text += String(piece.content)
    next = piece.nextCallId
  }
  return parseLines(text)
}

export function parseLines(text: string): Line[] {
  if (text === '') return []
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

/** Whole numbers are rounded one by one, so a sum of some may be off by half of each. */
function addsUp(parts: readonly number[], sumNs: number): boolean {
  return Math.abs(parts.reduce((sum, part) => sum + part, 0) - sumNs) <= (parts.length + 2) / 2
}

/** Everything that is wrong with a trace: against the schema, and what a schema of one line cannot say. */
export function findProblems(lines: readonly Line[]): string[] {
  const problems: string[] = []
  const require = (holds: boolean, what: string, line: Line): void => {
    if (!holds) problems.push(`${what}: ${JSON.stringify(line)}`)
  }
  const byId = new Map(lines.map((line) => [line.id, line]))
  const importsOf = Map.groupBy(
    lines.filter(({ kind }) => kind === 'import'),
    ({ parent }) => parent,
  )
  for (const [index, line] of lines.entries()) {
    const refusal = explainRefusal(line)
    if (refusal !== null) problems.push(refusal)
    require(line.id === index + 1, 'ids count from 1', line)
    if (line.parent !== null) {
      const parent = byId.get(line.parent)
      const isCaller = parent !== undefined && parent.id < line.id && parent.kind !== line.kind
      require(isCaller && parent.startNs <= line.startNs, 'the parent began before', line)
    }
    const { endNs, startNs, hostNs, suspendedNs, guestNs = 0 } = line
    if (endNs === null) continue
    require(endNs >= startNs, 'it ends after it began', line)
    require(addsUp([guestNs, hostNs, suspendedNs], endNs - startNs), 'the times add up', line)
    if (line.kind === 'import') continue
    const imports = importsOf.get(line.id) ?? []
    const hosts = imports.map((made) => made.hostNs)
    const suspensions = imports.map((made) => made.suspendedNs)
    require(addsUp(hosts, hostNs), 'the host time is that of its imports', line)
    require(addsUp(suspensions, suspendedNs), 'the suspended time is that of its imports', line)
  }
  return problems
}
