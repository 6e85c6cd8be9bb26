import { expect, test } from 'vitest'
import { ref } from 'vue'
import { SHOWN_LIMIT, useFoundEntries } from '../../../renderer/state/found-entries.ts'

function listNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `export_${index}`)
}

const nameOf = (name: string) => name

test('of few entries all are shown, whatever was looked for', () => {
  const names = listNames(SHOWN_LIMIT)
  const { isLong, shown, text } = useFoundEntries(names, nameOf)
  text.value = 'nothing'
  expect(isLong.value).toBe(false)
  expect(shown.value).toEqual(names)
})

test('of many the first are shown, and how many there are', () => {
  const names = listNames(75_000)
  const { isLong, shown, report } = useFoundEntries(names, nameOf)
  expect(isLong.value).toBe(true)
  expect(shown.value).toEqual(names.slice(0, SHOWN_LIMIT))
  expect(report.value).toBe('First 200 of 75,000')
})

test('any of many is found by a part of its name; no more are shown than before', () => {
  const { shown, report, text } = useFoundEntries(listNames(75_000), nameOf)
  text.value = ' T_74999 '
  expect(shown.value).toEqual(['export_74999'])
  expect(report.value).toBe('1 of 75,000')
  text.value = '_7'
  expect(shown.value).toHaveLength(SHOWN_LIMIT)
  expect(report.value).toBe('6,111 of 75,000, first 200 shown')
  text.value = 'import'
  expect(shown.value).toEqual([])
  expect(report.value).toBe('None of 75,000')
})

test('who is called so comes first, then who begins so', () => {
  const names = ['my_free', 'FREE_ALL', 'free', ...listNames(SHOWN_LIMIT)]
  const { shown, text } = useFoundEntries(names, nameOf)
  text.value = 'Free'
  expect(shown.value).toEqual(['free', 'FREE_ALL', 'my_free'])
})

test('what was looked for does not outlive the list that was long', () => {
  const names = ref(listNames(SHOWN_LIMIT + 1))
  const { shown, text } = useFoundEntries(names, nameOf)
  text.value = 'export_7'
  expect(shown.value).toEqual(['export_7', ...listNames(80).slice(70)])
  names.value = ['a', 'b']
  expect(shown.value).toEqual(['a', 'b'])
})
