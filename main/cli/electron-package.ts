import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join, posix } from 'node:path'

/** The installed npm package `electron`, which is not the binary: that is downloaded separately. */
export interface ElectronPackage {
  folder: string
  version: string
}

/** Finds the npm package; null where it was left out, as in an installation for production. */
export function findElectronPackage(rootFolder: string): ElectronPackage | null {
  try {
    const manifest = createRequire(join(rootFolder, 'package.json')).resolve('electron/package.json')
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    return { folder: dirname(manifest), version }
  } catch {
    return null
  }
}

/**
 * The path of Electron's binary; null where it has not been downloaded, or only in part.
 * Source: `isInstalled` in the package's install.js, which writes path.txt last.
 */
export function findElectronBinary({ folder, version }: ElectronPackage): string | null {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const distFolder = override ?? join(folder, 'dist')
  try {
    const name = readFileSync(join(folder, 'path.txt'), 'utf8')
    const installed = readFileSync(join(distFolder, 'version'), 'utf8').replace(/^v/, '')
    const binary = join(distFolder, name)
    return (override || installed === version) && existsSync(binary) ? binary : null
  } catch {
    return null
  }
}

/** What an npm configuration or the environment says about Electron's download, by @electron/get's names. */
function readMirrorSetting(name: string): string | undefined {
  const { env } = process
  const candidates = [
    `npm_config_electron_${name.replaceAll('_', '')}`,
    `NPM_CONFIG_ELECTRON_${name.toUpperCase()}`,
    `npm_config_electron_${name}`,
    `npm_package_config_electron_${name}`,
    `ELECTRON_${name.toUpperCase()}`,
  ]
  return candidates.map((candidate) => env[candidate]).find(Boolean)
}

/**
 * Where the package would download its binary from.
 * Source: `getArtifactRemoteURL` of @electron/get 5.
 */
export function findDownloadUrl({ version }: ElectronPackage): string {
  const base = readMirrorSetting('mirror') ?? 'https://github.com/electron/electron/releases/download/'
  const wanted = `v${(readMirrorSetting('custom_version') ?? version).replace(/^v/, '')}`
  const folder = (readMirrorSetting('custom_dir') ?? wanted).replace(
    '{{ version }}',
    wanted.replace(/^v/, ''),
  )
  const file = readMirrorSetting('custom_filename') ?? findArchiveName(wanted)
  return `${base}${folder}/${file}`
}

/**
 * Whether an earlier download lies in @electron/get's cache, so that no network is needed.
 * Source: `getCacheDirectory` of @electron/get 5.
 */
export function hasCachedDownload(electron: ElectronPackage): boolean {
  const url = new URL(findDownloadUrl(electron))
  url.hash = ''
  url.search = ''
  url.pathname = posix.dirname(url.pathname)
  const folder = createHash('sha256').update(url.href).digest('hex')
  return existsSync(join(findCacheFolder(), folder, findArchiveName(`v${electron.version}`)))
}

function findArchiveName(version: string): string {
  const { env } = process
  const platform = env.ELECTRON_INSTALL_PLATFORM || env.npm_config_platform || process.platform
  const arch = env.ELECTRON_INSTALL_ARCH || env.npm_config_arch || process.arch
  return `electron-${version}-${platform}-${arch}.zip`
}

function findCacheFolder(): string {
  const { env, platform } = process
  if (env.electron_config_cache) return env.electron_config_cache
  if (platform === 'darwin') return join(homedir(), 'Library/Caches/electron')
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData/Local'), 'electron/Cache')
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'electron')
}
