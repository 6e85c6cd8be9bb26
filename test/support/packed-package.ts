/** The package as it is published, installed in a folder. The program has to be built. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './inspector.ts'

/** Packs the package, and puts it with its dependencies below `folder`, as an installation does. */
export function installPackage(folder: string): void {
  const isWindows = process.platform === 'win32'
  // Packing would build everything once more.
  const options = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const printed = execFileSync(isWindows ? 'npm.cmd' : 'npm', options, {
    cwd: ROOT,
    encoding: 'utf8',
    shell: isWindows,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [packed] = JSON.parse(printed) as { filename: string }[]
  execFileSync('tar', ['-xzf', packed!.filename], { cwd: folder })
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  renameSync(join(folder, 'package'), join(modules, 'jspi-inspector'))
  const manifest = JSON.parse(readFileSync(join(modules, 'jspi-inspector/package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  for (const name of Object.keys(manifest.dependencies)) {
    const place = join(modules, name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), place, 'junction')
  }
}
