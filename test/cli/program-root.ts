import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/inspector.ts'
import { makeFolder } from './program.ts'

/** What stands in for Electron's npm package. */
export interface ElectronPackageOptions {
  /** The text of its install.js, which is run to download the binary. */
  installScript?: string
  /** The script that is its binary, already downloaded. */
  binaryScript?: string
}

/** The folder of an installed program, and the launcher in it. */
export interface ProgramRoot {
  folder: string
  launcher: string
  electronFolder: string
}

const VERSION = '45.0.0'

/** A shell script that runs `script` on this Node: a program of its own, as Electron's binary is. */
function makeBinary(script: string): string {
  return `#!/bin/sh\nexec "${process.execPath}" --input-type=module -e '${script}' -- "$@"\n`
}

/** The statements of an install.js that puts a binary where the real one does. */
export function makeInstallScript(binaryScript: string): string {
  return `
    const fs = require('fs')
    fs.mkdirSync(__dirname + '/dist', { recursive: true })
    fs.writeFileSync(__dirname + '/dist/version', '${VERSION}')
    fs.writeFileSync(__dirname + '/dist/electron', ${JSON.stringify(makeBinary(binaryScript))}, { mode: 0o755 })
    fs.writeFileSync(__dirname + '/path.txt', 'electron')`
}

/**
 * Installs the built program once more, with another Electron. Electron itself cannot be had on every machine;
 * what is tested here is how the program finds, gets and starts it.
 */
export function installProgram(options: ElectronPackageOptions | null): ProgramRoot {
  const folder = makeFolder()
  for (const part of ['package.json', 'main/cli/launch.mjs', 'out', 'guests/sum']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  }
  const dependencies = join(folder, 'node_modules')
  mkdirSync(dependencies)
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== 'electron' && !name.startsWith('.'))
      symlinkSync(join(ROOT, 'node_modules', name), join(dependencies, name))
  }
  const electronFolder = join(dependencies, 'electron')
  if (options) {
    mkdirSync(electronFolder)
    writeFileSync(
      join(electronFolder, 'package.json'),
      JSON.stringify({ name: 'electron', version: VERSION }),
    )
    writeFileSync(join(electronFolder, 'install.js'), options.installScript ?? 'process.exit(1)')
    if (options.binaryScript !== undefined) {
      mkdirSync(join(electronFolder, 'dist'))
      writeFileSync(join(electronFolder, 'dist/version'), VERSION)
      writeFileSync(join(electronFolder, 'dist/electron'), makeBinary(options.binaryScript), { mode: 0o755 })
      writeFileSync(join(electronFolder, 'path.txt'), 'electron')
    }
  }
  return { folder, launcher: join(folder, 'main/cli/launch.mjs'), electronFolder }
}
