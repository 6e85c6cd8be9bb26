import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { connectClient } from '../../main/doors/client.ts'
import { openWebSocketChannel } from '../../main/doors/web-socket-channel.ts'
import { openSocket } from '../contract/doors.ts'
import { GUESTS_FOLDER } from '../support/inspector.ts'
import { ensureBuilt } from './build.ts'
import { runProgram, startProgram } from './program.ts'
import type { RunningProgram } from './program.ts'

const SUM = join(GUESTS_FOLDER, 'sum/sum.wasm')

beforeAll(ensureBuilt)

async function startServing(...texts: string[]): Promise<{ program: RunningProgram; url: string }> {
  const program = startProgram(['serve', '--no-open', ...texts])
  await expect.poll(() => program.stdout(), { timeout: 30_000 }).toContain('\n')
  return { program, url: program.stdout().trim() }
}

/** What a page would show. */
async function attach(url: string) {
  const client = connectClient(openWebSocketChannel(await openSocket(url)))
  const attached = await client.call('attach')
  client.close()
  if (!attached.ok) throw new Error(attached.error.code)
  return attached.value
}

test('prints one address, and serves the built page there', async () => {
  const { program, url } = await startServing()
  expect(program.stdout()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/)
  const page = await fetch(url)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<title>JSPI Inspector</title>')
  const attached = await attach(url)
  expect(attached.sessions).toEqual([])
  expect(attached.examples.map(({ name }) => name)).toContain('sum')
})

test('shows the guest that is named', async () => {
  const { url } = await startServing(SUM, '--host', join(GUESTS_FOLDER, 'sum/host.ts'))
  await expect
    .poll(async () => (await attach(url)).sessions, { timeout: 30_000 })
    .toEqual([expect.objectContaining({ state: 'ready', guest: expect.objectContaining({ path: SUM }) })])
})

test('a guest that never gets ready is shown all the same', async () => {
  const { url } = await startServing(join(GUESTS_FOLDER, 'fail-start/fail-start.wasm'))
  await expect
    .poll(async () => (await attach(url)).sessions, { timeout: 30_000 })
    .toEqual([
      expect.objectContaining({ state: 'failed', error: expect.objectContaining({ code: 'START_FAILED' }) }),
    ])
})

test('serves at the port that is asked for, and names one that is taken', async () => {
  const { url } = await startServing()
  const { port } = new URL(url)
  const second = await runProgram(['serve', '--no-open', '--port', port])
  expect(second).toMatchObject({ status: 2, stdout: '' })
  expect(second.stderr).toMatch(new RegExp(`^PORT_IN_USE: .*${port}`))
})

test.each([
  ['GUEST_NOT_FOUND', 'none.wasm'],
  ['GUEST_NOT_WASM', join(GUESTS_FOLDER, 'sum/sum.rs')],
])('%s ends it before it serves', async (code, path) => {
  const ended = await runProgram(['serve', '--no-open', path])
  expect(ended).toMatchObject({ status: 2, stdout: '' })
  expect(ended.stderr).toMatch(new RegExp(`^${code}: `))
})

// Windows ends a process at once where another sends it a signal; there only a real Ctrl-C can be heard.
test.skipIf(process.platform === 'win32')('Ctrl-C ends it, also with a page that is connected', async () => {
  const { program, url } = await startServing(SUM)
  const socket = await openSocket(url)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  program.child.kill('SIGINT')
  expect(await program.ended).toMatchObject({ status: 0 })
  await closed
  await expect(fetch(new URL(url).origin)).rejects.toThrow()
})
