import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild, whenEnded } from './children.ts'
import { findDownloadUrl, hasCachedDownload } from './electron-package.ts'
import type { ElectronPackage } from './electron-package.ts'
import { whenAborted } from './interruption.ts'
import { printNotice } from './output.ts'

/** How long the server of the download may take to answer at all. */
const PROBE_LIMIT_MS = 5000
/** How long a download may stand still. */
const STALL_LIMIT_MS = 20_000
const POLL_MS = 500
const MEGABYTE = 1_000_000

/**
 * Downloads Electron's binary as its package would, unless that cannot succeed. Answers with null when it is
 * there, or with a sentence that says why not. `signal` ends it.
 */
export async function downloadElectron(
  electron: ElectronPackage,
  signal: AbortSignal,
): Promise<string | null> {
  let sizeBytes: number | null = null
  // Through a proxy only the package itself knows the way.
  if (!process.env.ELECTRON_GET_USE_PROXY && !hasCachedDownload(electron)) {
    const probed = await probe(findDownloadUrl(electron), signal)
    if (!probed) return 'Its download cannot be reached from here.'
    sizeBytes = probed.sizeBytes
  }
  return install(electron, sizeBytes, signal)
}

/** Asks for the first byte, which takes the same redirections as the whole. Null where nothing useful answers. */
async function probe(url: string, signal: AbortSignal): Promise<{ sizeBytes: number | null } | null> {
  try {
    const response = await fetch(url, {
      headers: { Range: 'bytes=0-0' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_LIMIT_MS)]),
    })
    await response.body?.cancel()
    if (!response.ok) return null
    const range = response.headers.get('content-range')?.split('/')[1]
    const size = Number(range ?? response.headers.get('content-length') ?? Number.NaN)
    return { sizeBytes: size > 1 ? size : null }
  } catch {
    return null
  }
}

async function install(
  electron: ElectronPackage,
  sizeBytes: number | null,
  signal: AbortSignal,
): Promise<string | null> {
  printNotice(
    `Downloading Electron ${electron.version}, once${sizeBytes ? ` (${formatMegabytes(sizeBytes)})` : ''}.`,
  )
  // A folder of its own, so that what has arrived can be measured.
  const downloadFolder = await mkdtemp(join(tmpdir(), 'jspi-inspector-'))
  const child = startChild(process.execPath, [join(electron.folder, 'install.js')], {
    cwd: electron.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      ELECTRON_GET_NO_PROGRESS: '1',
      TMPDIR: downloadFolder,
      TEMP: downloadFolder,
      TMP: downloadFolder,
    },
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, 1000)
  })
  const ended = whenEnded(child)
  const stalled = watchProgress([downloadFolder, join(electron.folder, 'dist')], sizeBytes)
  const interrupted = whenAborted(signal).then(() => 'interrupted' as const)
  const outcome = await Promise.race([ended, stalled.promise, interrupted])
  stalled.stop()
  if (typeof outcome === 'string') {
    child.kill('SIGKILL')
    await ended
  }
  await rm(downloadFolder, { recursive: true, force: true })
  if (outcome === 'interrupted') return 'Its download was interrupted.'
  if (outcome === 'stalled') return `Its download stood still for ${STALL_LIMIT_MS / 1000} seconds.`
  return outcome.status === 0 ? null : `Its download failed: ${complaint.split('\n')[0]}`
}

/** Prints how much has arrived, at every tenth; resolves when nothing has for too long. */
function watchProgress(folders: string[], sizeBytes: number | null) {
  const { promise, resolve } = Promise.withResolvers<'stalled'>()
  let arrivedBytes = 0
  let printedTenths = 0
  let changedMs = performance.now()
  let isMeasuring = false
  const timer = setInterval(() => void look(), POLL_MS)

  async function look(): Promise<void> {
    if (isMeasuring) return
    isMeasuring = true
    const measured = await measureFolders(folders)
    isMeasuring = false
    if (measured !== arrivedBytes) changedMs = performance.now()
    else if (performance.now() - changedMs > STALL_LIMIT_MS) resolve('stalled')
    arrivedBytes = measured
    // Past its end the archive is being unpacked.
    const tenths = sizeBytes ? Math.min(10, Math.floor((arrivedBytes / sizeBytes) * 10)) : 0
    if (tenths > printedTenths) printNotice(`  ${tenths * 10} %`)
    printedTenths = Math.max(printedTenths, tenths)
  }

  return { promise, stop: () => clearInterval(timer) }
}

/** Bytes of all files below the folders; what vanishes meanwhile does not count. */
async function measureFolders(folders: string[]): Promise<number> {
  let sumBytes = 0
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (!entry.isFile()) continue
      const found = await stat(join(entry.parentPath, entry.name)).catch(() => null)
      sumBytes += found?.size ?? 0
    }
  }
  return sumBytes
}

function formatMegabytes(sizeBytes: number): string {
  return `${Math.round(sizeBytes / MEGABYTE)} MB`
}
