import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from './build.ts'
import { makeFolder, runProgram } from './program.ts'

beforeAll(ensureBuilt)

test('a session file is asked with SQL, and answers in each format', async () => {
  const session = join(makeFolder(), 'sum.jspi')
  await runProgram(['run', 'guests/sum/sum.wasm', 'sum', '223', '--session', session])
  const sql = 'select id, module, name, params from calls'
  expect(await runProgram(['query', session, sql])).toMatchObject({
    status: 0,
    stderr: '',
    stdout: 'id  module  name       params\n 1          sum        [223]\n 2  env     from_host  [10,1]\n',
  })
  const json = await runProgram(['query', session, sql, '--format', 'json'])
  expect(JSON.parse(json.stdout)).toEqual([
    { id: 1, module: null, name: 'sum', params: '[223]' },
    { id: 2, module: 'env', name: 'from_host', params: '[10,1]' },
  ])
  expect((await runProgram(['query', session, sql, '--format=csv', '--rows', '2'])).stdout).toBe(
    'id,module,name,params\n1,,sum,[223]\n2,env,from_host,"[10,1]"\n',
  )
  expect(await runProgram(['query', session, sql, '--rows=1'])).toMatchObject({
    status: 0,
    stderr: 'These are the first 1 rows; there are more (--rows).\n',
  })
  const failed = await runProgram(['query', session, 'select x from calls'])
  expect(failed).toMatchObject({ status: 2, stdout: '' })
  expect(failed.stderr).toMatch(/^SQL_FAILED: .* no such column: x\./)
})
