/** Calls folded below the outermost ones, and any call reached by its number or time: by keys alone. */
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

const CALLS = 200
const RUNS = 3

describeOnDrivers('folding, and going to a call', (app) => {
  const page = () => app().page
  const numbers = async () => (await readRows(page())).map(([number]) => Number(number!.replaceAll(',', '')))
  const outermostOnly = () => page().getByRole('button', { name: 'Outermost calls only' })
  const panel = () => page().getByRole('dialog', { name: 'Go to a call' })
  const rowOf = (id: number) =>
    callsTable(page()).locator('[role=row]', {
      has: page().locator('.number', { hasText: new RegExp(`^${id.toLocaleString('en')}$`) }),
    })

  async function goTo(text: string): Promise<void> {
    await page().keyboard.press('Control+g')
    await panel().getByRole('textbox').waitFor()
    await eventually(() => page().evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
    await panel().getByRole('textbox').fill(text)
    await page().keyboard.press('Enter')
  }

  test('an outermost call is folded and unfolded by the arrow keys', async () => {
    await openExample(page(), 'chatty')
    for (let run = 1; run <= RUNS; run++) {
      await runExport(page(), 'call_sync', [String(CALLS)])
      await eventually(() => countRows(page())).toBe(run * (CALLS + 1))
    }
    await callsTable(page()).focus()
    await page().keyboard.press('Home')
    await eventually(() => rowOf(1).getAttribute('aria-expanded')).toBe('true')
    await page().keyboard.press('ArrowLeft')
    await eventually(() => countRows(page())).toBe(2 * (CALLS + 1) + 1)
    expect(await rowOf(1).getAttribute('aria-expanded')).toBe('false')
    await eventually(async () => (await numbers()).slice(0, 3)).toEqual([1, CALLS + 2, CALLS + 3])
    await page().keyboard.press('ArrowRight')
    await eventually(() => countRows(page())).toBe(RUNS * (CALLS + 1))
    // There it goes on to the first call inside, and back.
    await page().keyboard.press('ArrowRight')
    await eventually(() => callDetail(page()).textContent()).toContain('#2')
    await page().keyboard.press('ArrowLeft')
    await eventually(() => callDetail(page()).textContent()).toContain('#1')
  })

  test('a click on its triangle does the same, and selects nothing', async () => {
    await rowOf(1).locator('.triangle').click()
    await eventually(() => countRows(page())).toBe(2 * (CALLS + 1) + 1)
    await rowOf(CALLS + 2)
      .locator('.triangle')
      .click()
    await eventually(numbers).toContain(2 * (CALLS + 1) + 1)
    await eventually(() => countRows(page())).toBe(CALLS + 3)
    expect(await callDetail(page()).textContent()).toContain('#1')
  })

  test('all are folded at once, those that come later too, and one of them is looked into', async () => {
    await outermostOnly().focus()
    await page().keyboard.press('Enter')
    await eventually(() => countRows(page())).toBe(RUNS)
    expect(await outermostOnly().getAttribute('aria-pressed')).toBe('true')
    await runExport(page(), 'call_sync', [String(CALLS)])
    await eventually(() => countRows(page())).toBe(RUNS + 1)
    await callsTable(page()).focus()
    await page().keyboard.press('Home')
    await page().keyboard.press('ArrowDown')
    await page().keyboard.press('ArrowRight')
    await eventually(() => countRows(page())).toBe(RUNS + 1 + CALLS)
  })

  test('a call is reached by its number, also where it was hidden', async () => {
    const wanted = 3 * (CALLS + 1) + 77
    await callsTable(page()).focus()
    await goTo(`#${wanted.toLocaleString('en')}`)
    await eventually(() => callDetail(page()).textContent()).toContain(`#${wanted}`)
    await eventually(numbers).toContain(wanted)
    expect(await callsTable(page()).evaluate((table) => table === document.activeElement)).toBe(true)
    await outermostOnly().click()
    await eventually(() => countRows(page())).toBe((RUNS + 1) * (CALLS + 1))
  })

  test('and by a time', async () => {
    await goTo('0s')
    await eventually(() => callDetail(page()).textContent()).toContain('#1 ')
    await eventually(async () => (await numbers())[0]).toBe(1)
  })

  test('what cannot be gone to is said', async () => {
    await goTo('half past ten')
    await eventually(() => panel().getByRole('alert').textContent()).toContain('such as 1204')
    await panel().getByRole('textbox').fill('100000')
    await page().keyboard.press('Enter')
    await eventually(() => panel().getByRole('alert').textContent()).toBe('There are calls 1 to 804.')
    await panel().getByRole('textbox').fill('9 h')
    await page().keyboard.press('Enter')
    await eventually(() => panel().getByRole('alert').textContent()).toBe('No call began then or later.')
    await page().keyboard.press('Escape')
    await eventually(() => panel().count()).toBe(0)
  })

  test('that is said to whoever types before the panel has reported itself open, too', async () => {
    await page()
      .getByRole('button', { name: 'Go to a call' })
      .evaluate((button: HTMLButtonElement) => {
        button.click()
        const input = document.querySelector<HTMLInputElement>('[aria-label="Number or time"]')!
        input.value = '100000'
        input.dispatchEvent(new Event('input'))
        input.form!.requestSubmit()
      })
    // The event that reports it comes with a task of its own.
    await page().waitForTimeout(200)
    expect(await panel().getByRole('alert').textContent()).toBe('There are calls 1 to 804.')
    await page().keyboard.press('Escape')
    await eventually(() => panel().count()).toBe(0)
  })

  test('a call that a filter does not show is said to be so', async () => {
    const field = page().getByRole('combobox', { name: 'Filter calls' })
    await field.fill('arg0=7')
    await eventually(() => countRows(page())).toBe(RUNS + 1)
    expect(await outermostOnly().isDisabled()).toBe(true)
    await goTo('5')
    await eventually(() => panel().getByRole('alert').textContent()).toBe('#5 is not among the calls shown.')
    await page().keyboard.press('Escape')
    await field.press('Escape')
  })
})
