/** Counts and sizes as people read them. */

const COUNT_FORMAT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `18,204`. */
export function formatCount(count: number): string {
  return COUNT_FORMAT.format(count)
}

/** A count with its noun: `1 call`, `18,204 calls`. */
export function formatQuantity(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`
}

const SIZE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** A size in steps of 1024: `148 B`, `1.1 KB`, `18 KB`, `1.1 MB`. One decimal below 10, none from there on. */
export function formatBytes(sizeBytes: number): string {
  let size = sizeBytes > 0 ? sizeBytes : 0
  let step = 0
  while (step < SIZE_UNITS.length - 1 && Number(formatSizeFigure(size, step)) >= 1024) {
    size /= 1024
    step += 1
  }
  return `${formatSizeFigure(size, step)} ${SIZE_UNITS[step]}`
}

function formatSizeFigure(size: number, step: number): string {
  if (step === 0) return size.toFixed(0)
  const figure = size.toFixed(1)
  return Number(figure) < 10 ? figure : size.toFixed(0)
}
