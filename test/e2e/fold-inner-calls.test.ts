/** Calls folded inside of others, by the mouse and by keys alone. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import {
  callDetail,
  callsTable,
  countRows,
  eventually,
  openExample,
  readRows,
  runExport,
} from './inspector-page.ts'
import { guestFile, makeTempFolder } from './paths.ts'

/** Calls that the factorial of 6 takes: each but the last calls an import, which calls the next. */
const CALLS = 11

describeOnDrivers('folding inner calls', (app) => {
  const page = () => app().page
  const numbers = async () => (await readRows(page())).map(([number]) => Number(number))
  const row = (id: number) =>
    callsTable(page()).locator('[role=row]', {
      has: page().locator('.number', { hasText: new RegExp(`^${id}$`) }),
    })
  const expanded = (id: number) => row(id).getAttribute('aria-expanded')
  const selected = async () => {
    const rows = await callsTable(page()).locator('[aria-selected=true] .number').allTextContents()
    return rows.map(Number)
  }
  const press = (key: string) => page().keyboard.press(key)

  test('by its triangle, and one inside of the other', async () => {
    await openExample(page(), 'call-back')
    await runExport(page(), 'factorial', ['6'])
    await eventually(() => countRows(page())).toBe(CALLS)
    await runExport(page(), 'factorial', ['2'])
    await eventually(() => countRows(page())).toBe(CALLS + 3)
    await row(5).locator('.triangle').click()
    await eventually(numbers).toEqual([1, 2, 3, 4, 5, 12, 13, 14])
    expect(await expanded(5)).toBe('false')
    await row(3).locator('.triangle').click()
    await eventually(numbers).toEqual([1, 2, 3, 12, 13, 14])
    await row(3).locator('.triangle').click()
    await eventually(numbers).toEqual([1, 2, 3, 4, 5, 12, 13, 14])
    expect(await expanded(3)).toBe('true')
    expect(await row(14).locator('.triangle').count()).toBe(0)
  })

  test('by keys, which go to the call around it and the first inside of it otherwise', async () => {
    await callsTable(page()).focus()
    await row(4).click()
    await callsTable(page()).focus()
    await press('ArrowLeft')
    await eventually(numbers).toEqual([1, 2, 3, 4, 12, 13, 14])
    await press('ArrowLeft')
    await eventually(selected).toEqual([3])
    await press('ArrowRight')
    await eventually(selected).toEqual([4])
    await press('ArrowRight')
    // What was folded inside of it still is.
    await eventually(numbers).toEqual([1, 2, 3, 4, 5, 12, 13, 14])
    await press('ArrowRight')
    await eventually(selected).toEqual([5])
  })

  test('a call that is gone to is unfolded from all that hides it', async () => {
    for (const id of [3, 1]) await row(id).locator('.triangle').click()
    await eventually(numbers).toEqual([1, 12, 13, 14])
    await press('Control+g')
    await page().getByRole('dialog', { name: 'Go to a call' }).getByRole('textbox').fill('9')
    await press('Enter')
    await eventually(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    await eventually(() => callDetail(page()).textContent()).toContain('#9')
    expect(await selected()).toEqual([9])
  })
})

/** A host for the guest `call-back` that calls it twice at once, so that the calls of both stand among one another. */
function writeHost(): string {
  const path = join(makeTempFolder('twice'), 'twice.mjs')
  writeFileSync(
    path,
    `export default (context) => ({ env: { async factorial_of(n) {
      const call = async () => {
        await null
        return context.exports['factorial'](n)
      }
      const [one] = await Promise.all([call(), n === 3n ? call() : null])
      return one
    } } })`,
  )
  return path
}

describeOnDrivers(
  'folding where a handler calls the guest several times at once',
  (app) => {
    const page = () => app().page
    const numbers = async () => (await readRows(page())).map(([number]) => Number(number))
    const row = (id: number) => callsTable(page()).locator('[role=row]').nth(id)

    test('a call whose own calls stand among others says that it cannot be folded', async () => {
      await runExport(page(), 'factorial', ['4'])
      await eventually(() => countRows(page())).toBe(12)
      // 3 and 5 are made at once inside of 2: 4 is inside of 3, and 6 inside of 5.
      expect(await row(2).getAttribute('aria-expanded')).toBe('true')
      for (const id of [3, 4, 5, 6]) {
        await row(id).locator('.triangle').click({ force: true })
        expect(await row(id).locator('.triangle').getAttribute('title')).toMatch(/^It cannot be folded/)
        expect(await row(id).getAttribute('aria-expanded')).toBe(null)
      }
      // The first call inside of 4 does not stand below it.
      await row(4).click()
      await callsTable(page()).focus()
      await page().keyboard.press('ArrowRight')
      await eventually(() => row(7).getAttribute('aria-selected')).toBe('true')
      await page().keyboard.press('ArrowLeft')
      await eventually(() => row(4).getAttribute('aria-selected')).toBe('true')
      await row(2).locator('.triangle').click()
      await eventually(numbers).toEqual([1, 2])
    })
  },
  { launch: { arguments: [guestFile('call-back/call-back.wasm'), '--host', writeHost()] } },
)
