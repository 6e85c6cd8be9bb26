import { execFile } from 'node:child_process'
import { access, copyFile, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { parseWat } from '../main/wasm/wat.ts'

/** A compiler of this machine. */
export interface FoundToolchain {
  /** As the tool gives it. */
  version: string
  /**
   * Builds `guests/<name>` into `<outputFolder>/<name>.wasm`, with nothing in it that depends on where the
   * sources are. Throws with the compiler's messages when they are wrong.
   */
  build(guestFolder: string, outputFolder: string): Promise<void>
}

/** How guests written in one language become WebAssembly. */
export interface Toolchain {
  language: string
  /** Where a guest of this language keeps its source, seen from its folder. */
  sourceFile(name: string): string
  /**
   * What the committed files were built with: another version may give other bytes. Undefined where the
   * package lock decides the version.
   */
  committedVersion: string | undefined
  /** Finds the tools, those of the committed version first; undefined when some are missing. */
  find(): Promise<FoundToolchain | undefined>
  howToGet: string[]
}

const execute = promisify(execFile)

/** The standard output of a command that may not exist here. */
async function readOutput(command: string, commandArguments: string[]): Promise<string | undefined> {
  try {
    return (await execute(command, commandArguments)).stdout.trim()
  } catch {
    return undefined
  }
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  )
}

const rust: Toolchain = {
  language: 'Rust',
  sourceFile: (name) => `${name}.rs`,
  committedVersion: 'rustc 1.63.0',
  async find() {
    const found: (FoundToolchain | undefined)[] = []
    // A distribution's compiler often stands behind one of rustup that lacks the target.
    for (const folder of ['', '/usr/bin/']) found.push(await findRust(`${folder}rustc`, `${folder}cargo`))
    return found.find((one) => one?.version === this.committedVersion) ?? found.find(Boolean)
  },
  howToGet: [
    'Debian, Ubuntu: apt install cargo rustc libstd-rust-dev-wasm32 lld',
    'elsewhere: rustup target add wasm32-unknown-unknown',
  ],
}

async function findRust(rustc: string, cargo: string): Promise<FoundToolchain | undefined> {
  const version = await readOutput(rustc, ['--version'])
  if (version === undefined || (await readOutput(cargo, ['--version'])) === undefined) return undefined
  if (!(await canLink(rustc))) return undefined
  return {
    version,
    async build(guestFolder, outputFolder) {
      // The compiler knows the folder by its real path, whatever links lead there.
      const sourceFolder = await realpath(guestFolder)
      const target = ['--target', 'wasm32-unknown-unknown', '--target-dir', path.join(outputFolder, 'target')]
      await execute(cargo, ['build', '--release', '--offline', '--locked', '--quiet', ...target], {
        cwd: sourceFolder,
        env: {
          ...process.env,
          RUSTC: rustc,
          CARGO_ENCODED_RUSTFLAGS: `--remap-path-prefix=${sourceFolder}=.`,
        },
      })
      const name = `${path.basename(guestFolder)}.wasm`
      const built = path.join(outputFolder, 'target', 'wasm32-unknown-unknown', 'release', name)
      await copyFile(built, path.join(outputFolder, name))
    },
  }
}

/**
 * Whether the target's core library and a linker for it are there. Only a trial tells: rustup brings a linker
 * with the compiler, distributions package it on its own.
 */
async function canLink(rustc: string): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rustc-'))
  try {
    const source = path.join(folder, 'trial.rs')
    await writeFile(
      source,
      '#![no_std]\n#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }',
    )
    const target = ['--target=wasm32-unknown-unknown', '--crate-type=cdylib', '-Cpanic=abort']
    return (await readOutput(rustc, [...target, '--out-dir', folder, source])) !== undefined
  } finally {
    await rm(folder, { recursive: true })
  }
}

const c: Toolchain = {
  language: 'C',
  sourceFile: (name) => `${name}.c`,
  committedVersion: 'Debian clang version 14.0.6, Debian LLD 14.0.6',
  async find() {
    const [targets, version, linker] = await Promise.all([
      readOutput('clang', ['--print-targets']),
      readOutput('clang', ['--version']),
      readOutput('wasm-ld', ['--version']),
    ])
    // Apple's clang has neither the target nor the linker.
    if (targets === undefined || version === undefined || linker === undefined) return undefined
    if (!targets.includes('wasm32')) return undefined
    return {
      version: `${version.split('\n')[0]}, ${linker.replace(/ \(.*\)$/, '')}`,
      async build(guestFolder, outputFolder) {
        const name = path.basename(guestFolder)
        const objectFile = path.join(outputFolder, `${name}.o`)
        const language = ['--target=wasm32', '-std=c11', '-Wall', '-Wextra', '-Werror']
        const debugging = ['-Og', '-g', '-fdebug-compilation-dir=.']
        await execute('clang', [...language, ...debugging, '-c', '-o', objectFile, `${name}.c`], {
          cwd: guestFolder,
        })
        // In a step of its own: as a linker driver clang would also run any wasm-opt that it finds.
        await execute('wasm-ld', ['--no-entry', '-o', path.join(outputFolder, `${name}.wasm`), objectFile])
      },
    }
  },
  howToGet: [
    'Debian, Ubuntu: apt install clang lld',
    'macOS: brew install llvm lld, and put llvm on the PATH',
  ],
}

const assemblyScript: Toolchain = {
  language: 'AssemblyScript',
  sourceFile: (name) => `assembly/${name}.ts`,
  committedVersion: undefined,
  async find() {
    const compiler = path.join(import.meta.dirname, '../node_modules/assemblyscript/bin/asc.js')
    const version = await readOutput(process.execPath, [compiler, '--version'])
    if (version === undefined) return undefined
    return {
      version,
      async build(guestFolder, outputFolder) {
        const outputFile = path.join(outputFolder, `${path.basename(guestFolder)}.wasm`)
        const settings = ['--config', 'asconfig.json', '--target', 'release', '--outFile', outputFile]
        await execute(process.execPath, [compiler, ...settings], { cwd: guestFolder })
      },
    }
  },
  howToGet: ['npm ci'],
}

const webAssemblyText: Toolchain = {
  language: 'WebAssembly text',
  sourceFile: (name) => `${name}.wat`,
  committedVersion: undefined,
  async find() {
    const parser = await import('@bytecodealliance/jco-transpile/wasm-tools').catch(() => undefined)
    if (parser === undefined) return undefined
    return {
      version: 'wasm-tools',
      async build(guestFolder, outputFolder) {
        const name = path.basename(guestFolder)
        const source = await readFile(path.join(guestFolder, `${name}.wat`), 'utf8')
        const parsed = await parseWat(source, `${name}.wat`)
        if (!parsed.ok) throw new Error(parsed.error.message)
        await WebAssembly.compile(parsed.value)
        await writeFile(path.join(outputFolder, `${name}.wasm`), parsed.value)
      },
    }
  },
  howToGet: ['npm ci'],
}

/** One guest of this repository. */
export interface Guest {
  name: string
  folder: string
  toolchain: Toolchain
}

/** All guests, sorted by name: the folders beside this file. Throws when one has no source. */
export async function listGuests(): Promise<Guest[]> {
  const entries = await readdir(import.meta.dirname, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return await Promise.all(names.sort().map(openGuest))
}

async function openGuest(name: string): Promise<Guest> {
  const folder = path.join(import.meta.dirname, name)
  for (const toolchain of [rust, c, assemblyScript, webAssemblyText]) {
    if (await exists(path.join(folder, toolchain.sourceFile(name)))) return { name, folder, toolchain }
  }
  throw new Error(`${folder} holds no source in a language that guests are written in.`)
}
