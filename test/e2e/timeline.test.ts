/** The timeline shows what the table has: drawn in three kinds of time, moved by wheel, keys and pointer. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import {
  callDetail,
  callsTable,
  countRows,
  eventually,
  expectSession,
  openExample,
  readRows,
  runButton,
  runExport,
} from './inspector-page.ts'
import { makeTempFolder } from './paths.ts'

/** Computes and calls the host in turn, about a millisecond each. */
const STRIPES_GUEST = `(module
  (import "env" "work" (func $work))
  (func (export "a_rather_long_name") (local $turn i32) (local $n i32)
    (loop $again
      (local.set $n (i32.const 1000000))
      (loop $spin (br_if $spin (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (call $work)
      (br_if $again (i32.lt_u (local.tee $turn (i32.add (local.get $turn) (i32.const 1))) (i32.const 40))))))`
const STRIPES_HOST = `export default { env: { work() {
  const untilMs = performance.now() + 1
  while (performance.now() < untilMs);
} } }`

/** Heights of the middles of the first lane's rows, from the top of the lanes' canvas: below the axis. */
const AXIS_PX = 22
const GUEST_ROW_PX = AXIS_PX + 5 + 11
const IMPORT_ROW_PX = GUEST_ROW_PX + 24

type Part = 'guest' | 'guest-pale' | 'host' | 'suspended' | 'ink' | 'bg'

function timeline(page: Page): Locator {
  return page.getByRole('application', { name: 'Timeline' })
}

/** Where in a row of pixels a colour of the style sheet is: the first and the last place, and how many there are. */
async function findColor(
  page: Page,
  part: Part,
  yPx: number,
  fromPx = 0,
  toPx = Infinity,
): Promise<{ first: number; last: number; count: number }> {
  return timeline(page).evaluate(
    (element, { part, yPx, fromPx, toPx }) => {
      const canvas = element.querySelector('canvas')!
      const probe = document.createElement('canvas').getContext('2d')!
      const swatch = document.createElement('span')
      swatch.style.color = `var(--${part})`
      element.append(swatch)
      probe.fillStyle = getComputedStyle(swatch).color
      swatch.remove()
      probe.fillRect(0, 0, 1, 1)
      const wanted = probe.getImageData(0, 0, 1, 1).data
      const density = canvas.width / canvas.clientWidth
      const row = canvas.getContext('2d')!.getImageData(0, Math.round(yPx * density), canvas.width, 1).data
      const places: number[] = []
      for (let x = fromPx * density; x < Math.min(toPx * density, canvas.width); x++) {
        // An empty pixel shows the background through.
        const isEmpty = row[4 * x + 3] === 0
        const isLike = [0, 1, 2].every((channel) => Math.abs(row[4 * x + channel]! - wanted[channel]!) <= 3)
        if (part === 'bg' ? isEmpty || isLike : isLike && row[4 * x + 3]! > 250) places.push(x / density)
      }
      return { first: places[0] ?? -1, last: places.at(-1) ?? -1, count: places.length }
    },
    { part, yPx, fromPx, toPx },
  )
}

/** Where the pointer has to be. */
async function pointAt(page: Page, xPx: number, yPx: number): Promise<[number, number]> {
  const box = (await timeline(page).boundingBox())!
  return [box.x + xPx, box.y + yPx]
}

async function turnWheel(page: Page, xPx: number, deltaX: number, deltaY: number): Promise<void> {
  await page.mouse.move(...(await pointAt(page, xPx, GUEST_ROW_PX)))
  await page.mouse.wheel(deltaX, deltaY)
}

describeOnDrivers('the timeline', (app) => {
  const page = () => app().page
  const countOf = (part: Part, yPx: number, fromPx?: number, toPx?: number) => async () =>
    (await findColor(page(), part, yPx, fromPx, toPx)).count

  /** How much hatching there is, at most, at a height of one of three lanes. */
  async function countHatching(lane: number): Promise<number> {
    const heights = Array.from({ length: 45 }, (_, yPx) => AXIS_PX + lane * 48 + yPx)
    return Math.max(...(await Promise.all(heights.map((yPx) => countOf('suspended', yPx)()))))
  }

  test('there is none before the first call', async () => {
    await openExample(page(), 'times')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    expect(await timeline(page()).count()).toBe(0)
  })

  test('the guest’s time is solid, and pale where it called the host; its suspension is hatched', async () => {
    await runExport(page(), 'both', ['4000000', '60'])
    await eventually(() => countRows(page())).toBe(2)
    await eventually(async () => (await readRows(page())).map((cells) => cells[4])).toEqual([
      'returned',
      'returned',
    ])
    await eventually(countOf('guest-pale', GUEST_ROW_PX)).toBeGreaterThan(200)
    expect(await countOf('guest', GUEST_ROW_PX)()).toBeGreaterThan(3)
    // Hatching has both colours, side by side.
    expect(await countOf('suspended', IMPORT_ROW_PX)()).toBeGreaterThan(20)
    expect(await countOf('bg', IMPORT_ROW_PX)()).toBeGreaterThan(100)
    expect(await countOf('guest', IMPORT_ROW_PX)()).toBe(0)
  })

  test('the host’s time is amber, and the latest burst of calls is what is in view', async () => {
    await page().waitForTimeout(400)
    await runExport(page(), 'work', ['40'])
    await eventually(() => countRows(page())).toBe(4)
    await eventually(countOf('host', IMPORT_ROW_PX)).toBeGreaterThan(500)
    expect(await countOf('suspended', IMPORT_ROW_PX)()).toBe(0)
  })

  test('a click selects the call, in the table too', async () => {
    await page().mouse.click(...(await pointAt(page(), 500, IMPORT_ROW_PX)))
    await callDetail(page()).getByRole('heading', { name: '#4 env.work' }).waitFor()
    await eventually(() =>
      callsTable(page()).getByRole('row', { selected: true }).getAttribute('aria-rowindex'),
    ).toBe('5')
    await page().mouse.click(...(await pointAt(page(), 500, GUEST_ROW_PX)))
    await callDetail(page()).getByRole('heading', { name: '#3 work' }).waitFor()
  })

  test('a call that is selected in the table comes into view, and is marked', async () => {
    await callsTable(page())
      .getByRole('row', { name: /^2 env.wait/ })
      .click()
    await eventually(countOf('ink', AXIS_PX - 2)).toBeGreaterThan(2)
    await eventually(countOf('suspended', IMPORT_ROW_PX)).toBeGreaterThan(2)
    await page().getByRole('button', { name: 'Timeline: follow' }).click()
    await eventually(countOf('host', IMPORT_ROW_PX)).toBeGreaterThan(500)
  })

  test('the wheel zooms around the pointer, and moves sideways', async () => {
    const before = await findColor(page(), 'host', IMPORT_ROW_PX)
    // At the right edge of the bar, which stays where it is.
    for (let turn = 0; turn < 4; turn++) await turnWheel(page(), before.last, 0, 100)
    await eventually(async () => {
      const { last, count } = await findColor(page(), 'host', IMPORT_ROW_PX)
      return [count < before.count * 0.6, Math.abs(last - before.last) <= 2]
    }).toEqual([true, true])
    await page().getByRole('button', { name: 'Timeline: follow' }).waitFor()
    const zoomed = await findColor(page(), 'host', IMPORT_ROW_PX)
    await turnWheel(page(), before.first, 30, 0)
    await eventually(async () => {
      const { first } = await findColor(page(), 'host', IMPORT_ROW_PX)
      return Math.abs(first - (zoomed.first - 30)) <= 1
    }).toBe(true)
  })

  test('dragging marks a range, whose calls are counted, and Escape clears it', async () => {
    await page().getByRole('button', { name: 'All', exact: true }).click()
    await callsTable(page()).focus()
    await page().keyboard.press('End')
    await page().mouse.move(...(await pointAt(page(), 2, IMPORT_ROW_PX)))
    await page().mouse.down()
    await page().mouse.move(...(await pointAt(page(), 400, IMPORT_ROW_PX)), { steps: 4 })
    await page().mouse.up()
    const marked = page().getByRole('group', { name: 'Marked range' })
    await eventually(() => marked.textContent()).toContain('2 calls')
    // The selection is still the user's; the table shows the first call of the range.
    await callDetail(page()).getByRole('heading', { name: '#4 env.work' }).waitFor()
    await timeline(page()).focus()
    await page().keyboard.press('Escape')
    await eventually(() => marked.count()).toBe(0)
  })

  test('the keyboard alone moves, zooms and selects', async () => {
    await timeline(page()).focus()
    await page().keyboard.press('End')
    await eventually(countOf('host', IMPORT_ROW_PX)).toBeGreaterThan(500)
    await page().keyboard.press('Enter')
    await callDetail(page()).getByRole('heading', { name: '#3 work' }).waitFor()
    await page().keyboard.press('ArrowDown')
    await page().keyboard.press('Enter')
    await callDetail(page()).getByRole('heading', { name: '#4 env.work' }).waitFor()
    const before = await findColor(page(), 'host', IMPORT_ROW_PX)
    await page().keyboard.press('s')
    await eventually(countOf('host', IMPORT_ROW_PX)).toBeLessThan(before.count * 0.8)
    await page().keyboard.press('+')
    await page().keyboard.press('d')
    await eventually(async () => (await findColor(page(), 'host', IMPORT_ROW_PX)).first).toBeLessThan(
      before.first,
    )
    await eventually(() => page().getByRole('status').filter({ hasText: 'In view' }).textContent()).toMatch(
      /Lane 1. In view: [\d.]+ ms from/,
    )
  })

  test('calls that overlap have lanes of their own', async () => {
    await page().getByRole('checkbox', { name: 'Interleave' }).check()
    await timeline(page()).focus()
    await page().keyboard.press('End')
    for (let call = 0; call < 3; call++) await runExport(page(), 'wait', ['60000'])
    await eventually(() => countRows(page())).toBe(10)
    // Three lanes with two rows each.
    for (const lane of [0, 1, 2]) await eventually(() => countHatching(lane)).toBeGreaterThan(100)
    await page()
      .getByRole('button', { name: /^Cancel all/ })
      .click()
    await eventually(
      async () => (await readRows(page())).filter((cells) => cells[4] === 'suspended').length,
    ).toBe(0)
  })

  test('in the dark it has the colours of the dark', async () => {
    await page().emulateMedia({ colorScheme: 'dark' })
    await timeline(page()).focus()
    await page().keyboard.press('0')
    await eventually(() => countHatching(0)).toBeGreaterThan(0)
    await page().emulateMedia({ colorScheme: 'light' })
  })

  test('it is hidden and shown, and resized by keys', async () => {
    const toggle = page().getByRole('button', { name: 'Timeline', exact: true })
    await toggle.click()
    await eventually(() => timeline(page()).count()).toBe(0)
    await page().keyboard.press('ControlOrMeta+l')
    await timeline(page()).waitFor()
    const before = (await timeline(page()).boundingBox())!.height
    await page().getByRole('separator', { name: 'Height of the timeline' }).focus()
    await page().keyboard.press('ArrowDown')
    await eventually(async () => (await timeline(page()).boundingBox())!.height).toBe(before + 16)
    await page().keyboard.press('ArrowUp')
  })

  test('of many calls it shows how the time was spent, and at close range each of them', async () => {
    await openExample(page(), 'chatty')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'call_sync', ['200000'])
    await eventually(() => countRows(page())).toBe(200_001)
    await eventually(async () => (await readRows(page()))[0]?.[4]).toBe('returned')
    await timeline(page()).focus()
    await page().keyboard.press('End')
    await eventually(countOf('host', IMPORT_ROW_PX + 10)).toBeGreaterThan(50)
    await page().mouse.move(...(await pointAt(page(), 500, GUEST_ROW_PX)))
    await page()
      .getByText(/of lane 1$/)
      .waitFor()
    // To the first call in sight: elsewhere there may be a pause.
    for (let turn = 0; turn < 60; turn++) {
      const { first } = await findColor(page(), 'host', IMPORT_ROW_PX + 9)
      await turnWheel(page(), first + 1, 0, -100)
    }
    // As close as it gets, a call of some hundred nanoseconds has room for its name.
    await eventually(async () => {
      const { first, last } = await findColor(page(), 'host', IMPORT_ROW_PX + 9)
      return last - first
    }).toBeGreaterThan(200)
    const { first } = await findColor(page(), 'host', IMPORT_ROW_PX + 9)
    await page().mouse.click(...(await pointAt(page(), first + 4, IMPORT_ROW_PX)))
    await callDetail(page())
      .getByRole('heading', { name: /env.next_sync/ })
      .waitFor()
  })

  test('a name that would lie across many short calls has a ground of its own', async () => {
    const folder = makeTempFolder('stripes')
    writeFileSync(join(folder, 'stripes.wat'), STRIPES_GUEST)
    writeFileSync(join(folder, 'host.ts'), STRIPES_HOST)
    await app().dropFiles(['stripes.wat', 'host.ts'].map((name) => join(folder, name)))
    await expectSession(page(), 'stripes.wat')
    await page().getByRole('button', { name: 'Run this host module' }).click()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'a_rather_long_name', [])
    await eventually(() => countRows(page())).toBe(41)
    await eventually(async () => (await readRows(page()))[0]?.[4]).toBe('returned')
    await timeline(page()).focus()
    await page().keyboard.press('0')
    const edgePx = GUEST_ROW_PX - 10
    await eventually(countOf('guest', edgePx)).toBeGreaterThan(100)
    const { first } = await findColor(page(), 'guest-pale', edgePx)
    expect(await countOf('guest', GUEST_ROW_PX, first, first + 120)()).toBe(0)
    // Above it, and behind it, there are stripes.
    expect(await countOf('guest', edgePx, first, first + 250)()).toBeGreaterThan(10)
    expect(await countOf('guest', edgePx, first + 250)()).toBeGreaterThan(50)
    expect(await countOf('guest-pale', edgePx, first + 250)()).toBeGreaterThan(50)
  })
})
