import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { screen } from 'electron'
import type { BrowserWindow, Rectangle } from 'electron'
import * as v from 'valibot'

const DEFAULT_WIDTH = 1440
const DEFAULT_HEIGHT = 860
/** A window is where it can be grabbed if this much of it is on a display. */
const VISIBLE_PX = 100

const pixels = v.pipe(v.number(), v.safeInteger())
const schema = v.object({
  bounds: v.object({
    x: pixels,
    y: pixels,
    width: v.pipe(pixels, v.minValue(1)),
    height: v.pipe(pixels, v.minValue(1)),
  }),
  maximized: v.boolean(),
})

/** Where a window goes, in screen pixels; without a place the system chooses one. */
export interface Placement {
  bounds: { width: number; height: number; x?: number; y?: number }
  maximized: boolean
}

/** Reads where the window last was; its default size if that is not known, or no longer on a display. */
export function readPlacement(file: string): Placement {
  try {
    const placement = v.parse(schema, JSON.parse(readFileSync(file, 'utf8')))
    if (isVisible(placement.bounds)) return placement
  } catch {
    // There is none before the first start, and a damaged one is as good as none.
  }
  return { bounds: { width: DEFAULT_WIDTH, height: DEFAULT_HEIGHT }, maximized: false }
}

/** Keeps where the window is. */
export function savePlacement(file: string, window: BrowserWindow): void {
  const placement = { bounds: window.getNormalBounds(), maximized: window.isMaximized() }
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(placement))
  } catch {
    // A window that opens at its default place next time is no reason to stop somebody from closing it.
  }
}

function isVisible(bounds: Rectangle): boolean {
  const { workArea } = screen.getDisplayMatching(bounds)
  const width =
    Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x)
  const height =
    Math.min(bounds.y + bounds.height, workArea.y + workArea.height) - Math.max(bounds.y, workArea.y)
  return width >= VISIBLE_PX && height >= VISIBLE_PX
}
