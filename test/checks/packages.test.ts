import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './folder.ts'

interface LockedPackage {
  version: string
  resolved?: string
  integrity?: string
  hasInstallScript?: boolean
  optional?: boolean
  os?: string | string[]
  cpu?: string | string[]
  optionalDependencies?: Record<string, string>
}

interface Manifest {
  allowScripts: Record<string, boolean>
  optionalDependencies: Record<string, string>
}

async function readJson<Content>(file: string): Promise<Content> {
  return JSON.parse(await readFile(join(ROOT, file), 'utf8')) as Content
}

const manifest = await readJson<Manifest>('package.json')
const { packages } = await readJson<{ packages: Record<string, LockedPackage> }>('package-lock.json')
const { '': _project, ...installed } = packages

const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '')

test('every package comes from npm’s public registry, and is what was locked', () => {
  for (const [path, { resolved, integrity }] of Object.entries(installed)) {
    // An address may be left out: then npm asks the registry that it is set up for.
    if (resolved !== undefined) expect(resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//)
    expect(integrity ?? '', path).toMatch(/^sha512-/)
  }
})

test('the native parts for other platforms are locked too, or npm would refuse to install there', () => {
  const locked = new Set(Object.keys(installed).map(nameOf))
  const missing = Object.entries(installed).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !locked.has(name))
      .map((name) => `${name}, of ${nameOf(path)}`),
  )
  expect(missing).toEqual([])
})

test('no package runs a script when it is installed', () => {
  const withScript = Object.entries(installed).filter(([, { hasInstallScript }]) => hasInstallScript)
  for (const [path] of withScript) expect(manifest.allowScripts[nameOf(path)], path).toBe(false)
})

test('a Node comes along for every platform, of a version that has promise integration without a flag', () => {
  const nodes = Object.keys(manifest.optionalDependencies).map((name) => {
    const { version, os, cpu, optional } = installed[`node_modules/${name}`]!
    expect(optional, name).toBe(true)
    const [major, minor] = version.split('.').map(Number) as [number, number]
    expect(major > 24 || (major === 24 && minor >= 20), `${name} ${version}`).toBe(true)
    return [os, cpu].flat().join(' ')
  })
  const platforms = ['darwin arm64', 'darwin x64', 'linux arm64', 'linux x64', 'win32 arm64', 'win32 x64']
  expect(nodes.toSorted()).toEqual(platforms)
})
