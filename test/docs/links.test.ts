/** Every link between the documents leads somewhere. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../support/inspector.ts'

const documents = globSync(['*.md', 'docs/*.md', 'guests/*.md', 'guests/*/README.md', 'main/*/README.md'], {
  cwd: ROOT,
})

/** The anchors of a document's headings, as GitHub makes them. */
function findAnchors(file: string): string[] {
  const text = readFileSync(file, 'utf8').replaceAll(/^```.*?^```/gms, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function findBrokenLinks(document: string): string[] {
  const file = join(ROOT, document)
  const text = readFileSync(file, 'utf8').replaceAll(/^```.*?^```/gms, '')
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|\bsrc(?:set)?="([^"]+)"/g)].map(
    ([, link, picture]) => link ?? picture ?? '',
  )
  return targets.filter((target) => {
    if (/^https?:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    const linked = path === '' ? file : resolve(dirname(file), path)
    if (!existsSync(linked)) return true
    return anchor !== undefined && !findAnchors(linked).includes(anchor)
  })
}

test('the documents are found', () => {
  expect(documents).toEqual(expect.arrayContaining(['README.md', join('docs', 'errors.md')]))
})

test.each(documents)('%s', (document) => {
  expect(findBrokenLinks(document)).toEqual([])
})
