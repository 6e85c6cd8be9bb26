import type { FilterProgress } from '../../../main/contract/filters.ts'
import { formatQuantity } from '../../format/numbers.ts'

/** What figures are of: `Of 1,234 finished calls that the table shows`. */
export function describeSelection(progress: FilterProgress | null): string {
  if (progress === null) return 'Looking…'
  const { filterText, matchCount, scannedCount, callCount } = progress
  const which = filterText === '' ? '' : ' that the filter and the marked range choose'
  const read = scannedCount < callCount ? `, ${Math.floor((100 * scannedCount) / callCount)}% read` : ''
  return `Of ${formatQuantity(matchCount, 'finished call')}${which}${read}`
}
