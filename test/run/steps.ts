/** A program of an npm package, with its arguments. */
export interface Command {
  packageName: string
  /** Where the package has programs by other names than its own. */
  program?: string
  texts: string[]
}

/** A check: it succeeds when all its programs do. */
export interface Step {
  name: string
  commands: Command[]
}

/** The folders whose imports have a direction. */
const SOURCE_FOLDERS = ['main', 'preload', 'renderer', 'guests', 'test']

const types = (program: 'tsc' | 'vue-tsc', folder: string): Command => ({
  packageName: program === 'tsc' ? 'typescript' : 'vue-tsc',
  program,
  texts: ['--noEmit', '--project', `${folder}tsconfig.json`],
})

/** What needs neither a build nor a test, in the order in which it runs. */
export const checks: Step[] = [
  { name: 'format', commands: [{ packageName: 'oxfmt', texts: ['--check', '.'] }] },
  {
    name: 'lint',
    commands: [{ packageName: 'oxlint', texts: ['--deny-warnings', '--report-unused-disable-directives'] }],
  },
  {
    name: 'types',
    commands: [
      types('tsc', ''),
      types('tsc', 'preload/'),
      types('tsc', 'test/e2e/'),
      types('vue-tsc', 'renderer/'),
      types('vue-tsc', 'test/renderer/'),
    ],
  },
  {
    name: 'imports',
    commands: [
      {
        packageName: 'dependency-cruiser',
        program: 'depcruise',
        texts: ['--config', '.dependency-cruiser.mjs', '--output-type', 'err-long', ...SOURCE_FOLDERS],
      },
    ],
  },
  { name: 'dead code', commands: [{ packageName: 'knip', texts: ['--treat-config-hints-as-errors'] }] },
]

export const build: Step = {
  name: 'build',
  commands: [{ packageName: 'electron-vite', texts: ['build', '--logLevel', 'warn'] }],
}
