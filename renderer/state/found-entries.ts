import { computed, ref, toValue } from 'vue'
import type { ComputedRef, MaybeRefOrGetter, Ref } from 'vue'
import { formatCount } from '../format/numbers.ts'

/** Entries of a list that are shown at once: of more, people look for one by its name. */
export const SHOWN_LIMIT = 200

/** A list of which only so much is shown, and what finds the others. */
export interface FoundEntries<Entry> {
  /** What the user looks for: a part of a name. */
  text: Ref<string>
  /** Whether there are more than are shown at once. Of others all are shown, whatever `text` is. */
  isLong: ComputedRef<boolean>
  /** The entries that are shown. */
  shown: ComputedRef<readonly Entry[]>
  /** How many of them were found, in words: `3 of 75,000`; while nothing is looked for, how many are shown. */
  report: ComputedRef<string>
}

/** What a list shows of its entries. Names are compared as a whole, in any case of their letters. */
export function useFoundEntries<Entry>(
  entries: MaybeRefOrGetter<readonly Entry[]>,
  nameOf: (entry: Entry) => string,
): FoundEntries<Entry> {
  const text = ref('')
  const isLong = computed(() => toValue(entries).length > SHOWN_LIMIT)
  const wanted = computed(() => (isLong.value ? text.value.trim() : ''))
  const found = computed(() =>
    wanted.value === '' ? toValue(entries) : findByName(toValue(entries), nameOf, wanted.value),
  )
  const shown = computed(() => found.value.slice(0, SHOWN_LIMIT))
  const report = computed(() => {
    const total = formatCount(toValue(entries).length)
    if (wanted.value === '') return `First ${shown.value.length} of ${total}`
    const count = found.value.length
    const rest = count > SHOWN_LIMIT ? `, first ${SHOWN_LIMIT} shown` : ''
    return `${count === 0 ? 'None' : formatCount(count)} of ${total}${rest}`
  })
  return { text, isLong, shown, report }
}

/** Those with the text in their names: first the one that is called so, then those that begin so, then the others. */
function findByName<Entry>(
  entries: readonly Entry[],
  nameOf: (entry: Entry) => string,
  text: string,
): readonly Entry[] {
  const wanted = text.toLowerCase()
  const called: Entry[] = []
  const beginning: Entry[] = []
  const others: Entry[] = []
  for (const entry of entries) {
    const name = nameOf(entry).toLowerCase()
    const at = name.indexOf(wanted)
    if (at < 0) continue
    if (at > 0) others.push(entry)
    else if (name.length > wanted.length) beginning.push(entry)
    else called.push(entry)
  }
  return [...called, ...beginning, ...others]
}
