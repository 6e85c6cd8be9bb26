/** The keys of a timeline. */

/** What they do. */
export interface KeyActions {
  /** Shows `factor` times as much time. */
  zoom(factor: number): void
  /** Moves by a share of what is in view. */
  pan(share: number): void
  showStart(): void
  follow(): void
  showWhole(): void
  moveCursor(byRows: number): void
  choose(): void
  clear(): void
  /** After every key but those that choose. */
  done(): void
}

const ZOOM = 1.4
const STEP = 0.1
/** With Shift. */
const LEAP = 0.5

/** Gives a function that carries out a key; it answers false for one that means nothing. */
export function createKeys(act: KeyActions): (key: string, isShifted: boolean) => boolean {
  const keys = new Map<string, (step: number) => void>(
    Object.entries({
      ArrowLeft: (step: number) => act.pan(-step),
      a: (step: number) => act.pan(-step),
      ArrowRight: (step: number) => act.pan(step),
      d: (step: number) => act.pan(step),
      '+': () => act.zoom(1 / ZOOM),
      '=': () => act.zoom(1 / ZOOM),
      w: () => act.zoom(1 / ZOOM),
      '-': () => act.zoom(ZOOM),
      _: () => act.zoom(ZOOM),
      s: () => act.zoom(ZOOM),
      ArrowUp: () => act.moveCursor(-1),
      ArrowDown: () => act.moveCursor(1),
      Home: () => act.showStart(),
      End: () => act.follow(),
      '0': () => act.showWhole(),
      Escape: () => act.clear(),
    }),
  )
  return (key, isShifted) => {
    if (key === 'Enter' || key === ' ') {
      act.choose()
      return true
    }
    const action = keys.get(key.length === 1 ? key.toLowerCase() : key)
    if (!action) return false
    action(isShifted ? LEAP : STEP)
    act.done()
    return true
  }
}
