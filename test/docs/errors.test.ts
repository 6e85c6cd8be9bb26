/** Holds docs/errors.md to the codes that there are, and its examples to what is really printed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../main/contract/error-codes.ts'
import { ERRORS } from '../../main/contract/error-codes.ts'
import { ROOT } from '../support/inspector.ts'
import { printedForm, PROVOCATIONS } from './provoke.ts'

const PARTS = ['What it means.', 'Why it happens.', 'What to do.']
/** Not provoked here: a full heap takes gigabytes, the others an old Node and a machine without Electron. */
const BY_HAND = ['WORKER_OUT_OF_MEMORY', 'JSPI_MISSING', 'ELECTRON_MISSING']

const documentText = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')
const [introduction = '', ...sectionTexts] = documentText.split(/^## /m)
const sections = new Map(
  sectionTexts.map((text) => {
    const lineEnd = text.indexOf('\n')
    return [text.slice(0, lineEnd), text.slice(lineEnd)] as const
  }),
)
const codes = Object.keys(ERRORS) as ErrorCode[]

function exampleOf(code: string): string {
  return /```text\n(.*?)\n```/s.exec(sections.get(code) ?? '')?.[1] ?? ''
}

/** The engine's version is that of whoever runs this, and so are the offsets in its messages. */
function withoutVersions(text: string): string {
  return text.replaceAll(/V8 [\w.-]+/g, 'V8').replaceAll('\\', '/')
}

test('every code has a section, and every section a code', () => {
  expect([...sections.keys()].sort()).toEqual([...codes].sort())
})

test('the table of contents lists the sections in their order', () => {
  const listed = [...introduction.matchAll(/\[(\w+)\]\(#(\w+)\)/g)]
  expect(listed.map(([, code]) => code)).toEqual([...sections.keys()])
  expect(listed.every(([, code, anchor]) => code?.toLowerCase() === anchor)).toBe(true)
})

describe.each(codes)('%s', (code) => {
  test('says what it means, why it happens and what to do', () => {
    const found = [...(sections.get(code) ?? '').matchAll(/^\*\*(.*?)\*\*\s+\S/gm)]
    expect(found.map(([, lead]) => lead)).toEqual(PARTS)
  })

  test('shows what is printed', async ({ skip }) => {
    const example = exampleOf(code)
    expect(example).toContain(`${code}: `)
    const provoke = PROVOCATIONS[code]
    if (!provoke) {
      expect(BY_HAND).toContain(code)
      expect(example).toContain(`${code}: ${ERRORS[code][0]}`)
      return
    }
    skip(process.platform === 'win32', 'The system of the examples is another.')
    expect(withoutVersions(printedForm(await provoke()))).toBe(withoutVersions(example))
  })
})
