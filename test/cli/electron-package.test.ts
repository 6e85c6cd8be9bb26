import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { findDownloadUrl, findElectronPackage, hasCachedDownload } from '../../main/cli/electron-package.ts'
import { findSettingsFolder } from '../../main/cli/settings-folder.ts'
import { ROOT } from '../support/inspector.ts'
import { makeFolder } from './program.ts'

afterEach(() => vi.unstubAllEnvs())

/** The package that does the download has these inside; our probe has to agree with them. */
async function loadElectronGet() {
  const folder = pathToFileURL(join(ROOT, 'node_modules/@electron/get/dist/')).href
  const { getArtifactRemoteURL, getArtifactVersion } = await import(`${folder}artifact-utils.js`)
  const { Cache } = await import(`${folder}Cache.js`)
  return {
    async findUrl(version: string): Promise<string> {
      const details = { version, artifactName: 'electron', platform: process.platform, arch: process.arch }
      return getArtifactRemoteURL({ ...details, version: getArtifactVersion(details) })
    },
    findCacheFolder: (url: string): string => Cache.getCacheDirectory(url),
  }
}

const PACKAGE = { folder: '/none', version: '45.4.1' }

test.each<Record<string, string>>([
  {},
  { ELECTRON_MIRROR: 'https://mirror.example/electron/' },
  { npm_config_electron_mirror: 'https://mirror.example/', ELECTRON_MIRROR: 'https://other.example/' },
  { ELECTRON_MIRROR: 'https://mirror.example/', ELECTRON_CUSTOM_DIR: '{{ version }}' },
  { npm_config_electron_custom_dir: 'fixed', NPM_CONFIG_ELECTRON_CUSTOM_FILENAME: 'electron.zip' },
  { ELECTRON_CUSTOM_VERSION: '45.0.0' },
])('asks where the package downloads from: %j', async (environment) => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const { findUrl } = await loadElectronGet()
  expect(findDownloadUrl(PACKAGE)).toBe(await findUrl(PACKAGE.version))
})

test('finds a download of the package in its cache', async () => {
  const cache = makeFolder()
  vi.stubEnv('electron_config_cache', cache)
  expect(hasCachedDownload(PACKAGE)).toBe(false)
  const { findCacheFolder } = await loadElectronGet()
  const folder = join(cache, findCacheFolder(findDownloadUrl(PACKAGE)))
  mkdirSync(folder)
  writeFileSync(join(folder, `electron-v45.4.1-${process.platform}-${process.arch}.zip`), '')
  expect(hasCachedDownload(PACKAGE)).toBe(true)
})

test('finds the installed package', () => {
  expect(findElectronPackage(ROOT)).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
  expect(findElectronPackage(makeFolder())).toBeNull()
})

test.runIf(process.platform === 'linux')('settings lie where each platform has them', () => {
  vi.stubEnv('HOME', '/home/a')
  expect(findSettingsFolder({}, 'linux')).toBe('/home/a/.config/jspi-inspector')
  expect(findSettingsFolder({ XDG_CONFIG_HOME: '/config' }, 'linux')).toBe('/config/jspi-inspector')
  expect(findSettingsFolder({}, 'darwin')).toBe('/home/a/Library/Application Support/jspi-inspector')
  expect(findSettingsFolder({ APPDATA: '/roaming' }, 'win32')).toBe('/roaming/jspi-inspector')
  expect(findSettingsFolder({ JSPI_INSPECTOR_SETTINGS: '/here' }, 'darwin')).toBe('/here')
})
