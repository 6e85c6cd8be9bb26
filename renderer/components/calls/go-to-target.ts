/** What is typed to go to a call: its number, or a time on the session's clock. */
export type GoToTarget = { callId: number } | { timeNs: number }

const UNITS_NS: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
}

/** Reads `1204`, `#1,204`, `1.5s`, `0.081 250 s`, `20 ms`; null for what is neither a number nor a time. */
export function readGoToTarget(text: string): GoToTarget | null {
  const [, hash, figure, unit] = /^(#?)(\d+(?:\.\d+)?)([a-zµμ]*)$/.exec(text.replaceAll(/[\s,]/g, '')) ?? []
  if (figure === undefined || unit === undefined) return null
  const value = Number(figure)
  if (unit === '') return Number.isSafeInteger(value) && !figure.includes('.') ? { callId: value } : null
  const unitNs = UNITS_NS[unit]
  if (unitNs === undefined || hash !== '') return null
  const timeNs = value * unitNs
  return timeNs <= Number.MAX_SAFE_INTEGER ? { timeNs } : null
}
