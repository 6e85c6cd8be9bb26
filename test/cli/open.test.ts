import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt } from './build.ts'
import { makeFolder, startProgram } from './program.ts'
import type { RunningProgram } from './program.ts'
import { installProgram, makeInstallScript } from './program-root.ts'
import type { ProgramRoot } from './program-root.ts'

/** Prints what it is started with, for the tests, and ends. */
const REPORT = 'console.log(JSON.stringify(process.argv.slice(1)))'
/** Prints that it runs, and does so until it is killed. */
const RUN_ON = 'console.log("running"); process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'
const ADDRESS = /^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/m

/** A server in place of the one that Electron is downloaded from. */
async function startMirror(listener: RequestListener): Promise<{ url: string; paths: string[] }> {
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    listener(request, response)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, paths }
}

interface OpenOptions {
  /** Where Electron would be downloaded from. Nobody listens on port 9, the default here. */
  mirror?: string
  display?: string
}

function open(root: ProgramRoot, texts: string[] = [], options: OpenOptions = {}): RunningProgram {
  const { mirror = 'http://127.0.0.1:9/', display = ':99' } = options
  return startProgram(texts, {
    launcher: root.launcher,
    folder: root.folder,
    environment: {
      DISPLAY: display,
      WAYLAND_DISPLAY: '',
      ELECTRON_MIRROR: mirror,
      electron_config_cache: join(root.folder, 'cache'),
      // No browser of this machine shall open.
      PATH: makeFolder(),
    },
  })
}

/** Resolves when the browser door is open; then the program is to say in one line why. */
async function expectBrowserDoor(program: RunningProgram): Promise<string> {
  await expect.poll(() => program.stdout(), { timeout: 45_000 }).toMatch(ADDRESS)
  const page = await fetch(ADDRESS.exec(program.stdout())?.[0] ?? '')
  expect(page.status).toBe(200)
  const [line, hint, ...rest] = program.stderr().trimEnd().split('\n')
  expect(hint).toMatch(/Ctrl-C/)
  expect(rest).toEqual([])
  return line ?? ''
}

async function expectNoProcess(pidFile: string): Promise<void> {
  const processId = Number(readFileSync(pidFile, 'utf8'))
  await expect.poll(() => isRunning(processId), { timeout: 20_000 }).toBe(false)
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}

beforeAll(ensureBuilt)

// Its stand-in here is a shell script, and Ctrl-C cannot be sent on Windows.
describe.skipIf(process.platform !== 'linux')('open', () => {
  test('starts Electron with the program and the guest', async () => {
    const root = installProgram({ binaryScript: REPORT })
    const ended = await open(root, ['some/guest.wasm', '--host', 'host.ts']).ended
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toEqual([
      root.folder,
      join(root.folder, 'some/guest.wasm'),
      '--host',
      join(root.folder, 'host.ts'),
    ])
  })

  test('shows a bundled guest when none is named', async () => {
    const root = installProgram({ binaryScript: REPORT })
    const ended = await open(root).ended
    expect(JSON.parse(ended.stdout)).toEqual([root.folder, join(root.folder, 'guests/sum/sum.wasm')])
  })

  test('downloads Electron where that is possible, and then starts it', async () => {
    const mirror = await startMirror((_request, response) => {
      response.writeHead(206, { 'Content-Range': 'bytes 0-0/118000000', 'Content-Length': 1 }).end('P')
    })
    const root = installProgram({ installScript: makeInstallScript(REPORT) })
    const ended = await open(root, [], { mirror: mirror.url }).ended
    expect(mirror.paths).toEqual([`/v45.0.0/electron-v45.0.0-linux-${process.arch}.zip`])
    expect(ended).toMatchObject({ status: 0, stderr: 'Downloading Electron 45.0.0, once (118 MB).\n' })
    expect(JSON.parse(ended.stdout)[0]).toBe(root.folder)
  })

  test.each<[string, RequestListener]>([
    ['answers that there is no such file', (_request, response) => response.writeHead(404).end()],
    ['never answers', () => {}],
    ['breaks off', (request) => request.socket.destroy()],
  ])('goes on without it where the server %s', async (_what, listener) => {
    const mirror = await startMirror(listener)
    const program = open(installProgram({}), [], { mirror: mirror.url })
    expect(await expectBrowserDoor(program)).toMatch(
      /^ELECTRON_MISSING: Electron's binary is not installed\. Its download cannot be reached from here\. .*npx install-electron/,
    )
    program.child.kill('SIGINT')
    expect(await program.ended).toMatchObject({ status: 0 })
  })

  test('goes on without it where there is no network', async () => {
    expect(await expectBrowserDoor(open(installProgram({})))).toContain('cannot be reached')
  })

  test('goes on without it where the download fails', async () => {
    const mirror = await startMirror((_request, response) => response.end('no archive'))
    const root = installProgram({
      installScript: 'console.error("Error: no archive\\n  at x"); process.exit(1)',
    })
    const program = open(root, [], { mirror: mirror.url })
    await expect.poll(() => program.stdout(), { timeout: 45_000 }).toMatch(ADDRESS)
    expect(program.stderr()).toMatch(/^ELECTRON_MISSING: .* Its download failed: Error: no archive /m)
    expect(program.stderr()).not.toContain('at x')
  })

  test('goes on without it where the download stands still', async () => {
    const mirror = await startMirror((_request, response) => response.end('x'))
    const pidFile = join(makeFolder(), 'pid')
    const script = `require('fs').writeFileSync('${pidFile}', String(process.pid)); setInterval(() => {}, 1000)`
    const program = open(installProgram({ installScript: script }), [], { mirror: mirror.url })
    await expect.poll(() => program.stdout(), { timeout: 45_000 }).toMatch(ADDRESS)
    expect(program.stderr()).toMatch(/^ELECTRON_MISSING: .* Its download stood still for 20 seconds\./m)
    await expectNoProcess(pidFile)
  })

  test('without a display it downloads nothing', async () => {
    const mirror = await startMirror((_request, response) => response.end('x'))
    const program = open(installProgram({}), [], { mirror: mirror.url, display: '' })
    expect(await expectBrowserDoor(program)).toMatch(
      /^ELECTRON_MISSING: .* There is no display .*npx install-electron/,
    )
    expect(mirror.paths).toEqual([])
  })

  test('without a display it does not start what is there', async () => {
    const program = open(installProgram({ binaryScript: REPORT }), [], { display: '' })
    expect(await expectBrowserDoor(program)).toMatch(/^There is no display /)
  })

  test("without Electron's package it says so", async () => {
    expect(await expectBrowserDoor(open(installProgram(null)))).toMatch(/^ELECTRON_MISSING: .* npm package /)
  })

  test('an Electron that does not start is said', async () => {
    const program = open(installProgram({ binaryScript: 'process.exit(3)' }))
    expect(await expectBrowserDoor(program)).toMatch(/^Electron does not start here \(status 3\)\. /)
  })

  test('Ctrl-C ends an Electron that does not want to', async () => {
    const pidFile = join(makeFolder(), 'pid')
    const script = `${RUN_ON}; (await import("fs")).writeFileSync("${pidFile}", String(process.pid))`
    const program = open(installProgram({ binaryScript: script }))
    await expect.poll(() => existsSync(pidFile), { timeout: 30_000 }).toBe(true)
    program.child.kill('SIGINT')
    expect(await program.ended).toMatchObject({ status: 0, stdout: 'running\n', stderr: '' })
    await expectNoProcess(pidFile)
  })

  test('Ctrl-C ends a download', async () => {
    const mirror = await startMirror((_request, response) => response.end('x'))
    const pidFile = join(makeFolder(), 'pid')
    const script = `process.on('SIGINT', () => {}); require('fs').writeFileSync('${pidFile}', String(process.pid)); setInterval(() => {}, 1000)`
    const program = open(installProgram({ installScript: script }), [], { mirror: mirror.url })
    await expect.poll(() => existsSync(pidFile), { timeout: 30_000 }).toBe(true)
    program.child.kill('SIGINT')
    expect(await program.ended).toMatchObject({ status: 130, stdout: '' })
    await expectNoProcess(pidFile)
  })

  test('Ctrl-C ends the search for a download', async () => {
    const asked = Promise.withResolvers<void>()
    const mirror = await startMirror(() => asked.resolve())
    const program = open(installProgram({}), [], { mirror: mirror.url })
    await asked.promise
    program.child.kill('SIGINT')
    expect(await program.ended).toMatchObject({ status: 130, stdout: '', stderr: '' })
  })
})
