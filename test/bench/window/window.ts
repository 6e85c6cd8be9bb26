/**
 * What the window makes of long traces: `npm run bench:window [calls…]`, after a build; 1,000,000, 10,000,000 and
 * 100,000,000 where no number is given. Prints how long it takes until calls are drawn, until the rows of another place are there, how many
 * frames a second the timeline moves with, and what the page keeps. The figures are this machine's.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describeGuest } from '../describe-guest.ts'
import { openInWindow, readHeap } from './window-session.ts'
import { writeSession } from '../write-session.ts'

const JUMPS = 40
/** The timeline is moved for so long, in and out and sideways. */
const MOVES = 120

/** Milliseconds from a jump of the table to the rows there, in order. */
function jump(page: Page): Promise<number[]> {
  return page.evaluate(async (count) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    const grid = document.querySelector('[role=treegrid]')!
    const scroller = [...grid.querySelectorAll('*'), grid].find(
      (element) =>
        element.scrollHeight > element.clientHeight + 100 &&
        getComputedStyle(element).overflowY !== 'visible',
    )!
    const shown = () =>
      [...grid.querySelectorAll('[role=row][aria-rowindex]')].map((row) => row.textContent).join('\n')
    const took: number[] = []
    for (let index = 0; index < count; index++) {
      const before = shown()
      const startMs = performance.now()
      scroller.scrollTop = ((index * 0.618_033_99) % 1) * (scroller.scrollHeight - scroller.clientHeight)
      do await frame()
      while (shown() === before || grid.querySelector('[aria-busy=true]'))
      took.push(performance.now() - startMs)
    }
    return took.sort((a, b) => a - b)
  }, JUMPS)
}

/** Frames a second while the timeline is zoomed and panned by the wheel, one step a frame. */
function move(page: Page): Promise<number> {
  return page.getByRole('application', { name: 'Timeline' }).evaluate(async (element, moves) => {
    const canvas = element.querySelector('canvas')!
    const box = canvas.getBoundingClientRect()
    const startMs = performance.now()
    for (let step = 0; step < moves; step++) {
      const isZoom = step % 3 < 2
      canvas.dispatchEvent(
        new WheelEvent('wheel', {
          bubbles: true,
          cancelable: true,
          clientX: box.x + box.width * (0.2 + 0.6 * ((step * 0.618) % 1)),
          clientY: box.y + box.height / 2,
          ctrlKey: isZoom,
          deltaY: isZoom ? (step < moves / 2 ? -60 : 60) : 0,
          deltaX: isZoom ? 0 : 80,
        }),
      )
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
    return (moves * 1000) / (performance.now() - startMs)
  }, MOVES)
}

const texts = process.argv.slice(2)
const counts = texts.length > 0 ? texts.map(Number) : [1_000_000, 10_000_000, 100_000_000]
const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-bench-'))
try {
  const describe = await describeGuest(folder)
  for (const callCount of counts) {
    const path = join(folder, 'calls.jspi')
    await writeSession(path, callCount, describe)
    const startMs = performance.now()
    const app = await openInWindow(path)
    const pictureMs = performance.now() - startMs
    const jumpsMs = await jump(app.page)
    const framesPerSecond = await move(app.page)
    const heapMebibytes = (await readHeap(app.page)) / 2 ** 20
    await app.close()
    await rm(path)
    process.stdout.write(
      `${callCount.toLocaleString('en')} calls\n` +
        `  calls drawn ${(pictureMs / 1000).toFixed(1)} s after the start of the program\n` +
        `  rows of another place after ${jumpsMs[JUMPS / 2]!.toFixed(0)} ms, ` +
        `${jumpsMs[Math.ceil(0.95 * JUMPS) - 1]!.toFixed(0)} ms (p95)\n` +
        `  ${framesPerSecond.toFixed(0)} frames a second while the timeline moves\n` +
        `  heap of the page ${heapMebibytes.toFixed(0)} MiB\n`,
    )
  }
} finally {
  await rm(folder, { recursive: true })
}
process.exit()
