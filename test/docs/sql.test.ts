/** Holds docs/sql.md to the tables that there are, and its examples to what SQLite answers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TABLE_NAMES, TABLES } from '../../main/sql/tables.ts'
import { openExample, ROOT, valueOf } from '../support/inspector.ts'

const text = readFileSync(join(ROOT, 'docs/sql.md'), 'utf8')
const examples = [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql!)

test.each(TABLE_NAMES)('the table %s is documented with its columns and their types', (table) => {
  const [, rows = ''] = new RegExp(`^\\| \`${table}\` .*\\n((?:\\|.*\\n)+)`, 'm').exec(text) ?? []
  const documented = [...rows.matchAll(/^\| (`[^|]*) +\| (\w+) +\|/gm)].flatMap(([, names, type]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => [name, type]),
  )
  expect(documented).toEqual(TABLES[table])
})

test('the examples are answered', async () => {
  expect(examples.length).toBeGreaterThan(5)
  const session = await openExample('sum')
  await session.call('sum', '223')
  const { inspector, sessionId } = session
  const counts: number[] = []
  for (const sql of examples) {
    const { rows } = valueOf(await inspector.service.queryTrace({ sessionId, sql, rowLimit: 10 }))
    counts.push(rows.length)
  }
  expect(counts).toEqual([1, 1, 1, 2, 1, 0, 0])
})
