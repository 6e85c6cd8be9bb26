/** Holds the table of limits in docs/architecture.md to the constants of the code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../support/inspector.ts'

const UNITS: Record<string, number> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, '%': 0.01 }

interface Limit {
  constant: string
  file: string
  value: number
}

function readLimits(): Limit[] {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
  const row = /^\|[^|]*\| *([^|]*?) *\| *`(\w+)` *\| *`([^`]+)` *\|$/gm
  return [...text.matchAll(row)].map(([, shown = '', constant = '', file = '']) => {
    const [, digits = '', unit = ''] = /([\d,]+) ?(\S*)/.exec(shown) ?? []
    // A constant that counts mebibytes is shown in them.
    const factor = constant.endsWith('MEBIBYTES') ? 1 : (UNITS[unit] ?? 1)
    return { constant, file, value: Number(digits.replaceAll(',', '')) * factor }
  })
}

/** The value of a constant whose right side is a product of numbers, or one in hexadecimal. */
function readConstant(file: string, constant: string): number {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const [, product = ''] = new RegExp(`const ${constant} = ([\\w.* ]+)$`, 'm').exec(source) ?? []
  return product.split('*').reduce((value, factor) => value * Number(factor.trim().replaceAll('_', '')), 1)
}

const limits = readLimits()

test('the table is read', () => {
  expect(limits.length).toBeGreaterThan(30)
})

test.each(limits)('$constant', ({ constant, file, value }) => {
  expect(readConstant(file, constant)).toBeCloseTo(value, 9)
})
