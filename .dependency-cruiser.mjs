/**
 * The direction of imports. `npm run check` holds the whole tree to it, and test/checks holds every rule to its
 * word: each turns a file red that breaks it.
 */

/** What the folders of main/ may import of one another, besides themselves. */
const directions = {
  contract: [],
  wasm: [],
  filter: ['contract'],
  trace: ['contract', 'filter'],
  'session-file': ['contract', 'trace'],
  sql: ['contract', 'trace'],
  host: ['contract', 'wasm', 'trace'],
  inspector: ['contract', 'wasm', 'filter', 'trace', 'session-file', 'sql'],
  doors: ['contract', 'inspector'],
  electron: ['contract', 'wasm', 'filter', 'trace', 'session-file', 'sql', 'host', 'inspector', 'doors'],
  cli: ['contract', 'wasm', 'filter', 'trace', 'session-file', 'sql', 'host', 'inspector', 'doors'],
}

/** Node's own modules and npm's packages, as opposed to files of the project. */
const outside = ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown']

const project = '^(main|preload|renderer|guests|test)/'

const betweenFolders = Object.entries(directions).map(([folder, others]) => ({
  name: `main-${folder}`,
  comment: `main/${folder} imports ${others.join(', ') || 'nothing'} of the project.`,
  severity: 'error',
  from: { path: `^main/${folder}/` },
  to: {
    path: project,
    pathNot: [
      `^main/(${[folder, ...others].join('|')})/`,
      // What the service and a session's worker say to each other; that it is for types only, another rule says.
      ...(folder === 'inspector' ? ['^main/host/protocol\\.ts$'] : []),
    ],
  },
}))

export default {
  forbidden: [
    ...betweenFolders,
    {
      name: 'main-root',
      comment: 'A file of main/ lies in one of its folders, so that a direction holds for it.',
      severity: 'error',
      from: { path: '^main/[^/]+\\.m?[jt]s$', pathNot: '\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'inspector-host-types',
      comment: 'The service reaches the host by its worker alone, and knows the types of their messages.',
      severity: 'error',
      from: { path: '^main/inspector/' },
      to: { path: '^main/host/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contract-validation-only',
      comment: 'main/contract runs in every process, a page included: besides itself it has valibot.',
      severity: 'error',
      from: { path: '^main/contract/' },
      to: { dependencyTypes: outside, pathNot: '^node_modules/valibot/' },
    },
    {
      name: 'wasm-pure',
      comment: 'main/wasm is pure functions; the text format alone has a parser from npm.',
      severity: 'error',
      from: { path: '^main/wasm/' },
      to: { dependencyTypes: outside, pathNot: '^node_modules/@bytecodealliance/jco-transpile/' },
    },
    {
      name: 'filter-pure',
      comment: 'main/filter is pure functions.',
      severity: 'error',
      from: { path: '^main/filter/' },
      to: { dependencyTypes: outside },
    },
    {
      name: 'trace-pure',
      comment: 'main/trace needs nothing of Node; of npm it has what writes Parquet, and nothing else.',
      severity: 'error',
      from: { path: '^main/trace/' },
      to: { dependencyTypes: outside, pathNot: '^node_modules/hyparquet-writer/' },
    },
    {
      name: 'electron-in-its-folder',
      comment: 'main/electron and the preload script alone know Electron.',
      severity: 'error',
      from: { pathNot: ['^main/electron/', '^preload/', '^test/electron-stand-in/'] },
      to: { path: '^(electron$|node_modules/electron/)' },
    },
    {
      name: 'terminal-in-cli',
      comment: 'main/cli alone writes to a terminal. (The linter sees to the global console and process.)',
      severity: 'error',
      from: { path: '^(main|preload|renderer)/', pathNot: '^main/cli/' },
      to: { path: '^(process|tty)$', dependencyTypes: ['core'] },
    },
    {
      name: 'page-types-only',
      comment:
        'The page and its preload script import types of main/contract, and nothing else of the project.',
      severity: 'error',
      from: { path: '^(preload|renderer)/' },
      to: { path: '^main/contract/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'renderer-alone',
      comment: 'The page knows the project by its contract.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: project, pathNot: ['^renderer/', '^main/contract/'] },
    },
    {
      name: 'preload-alone',
      comment: 'The preload script hands over a port and knows nothing else.',
      severity: 'error',
      from: { path: '^preload/' },
      to: { path: project, pathNot: ['^preload/', '^main/contract/'] },
    },
    {
      name: 'page-without-node',
      comment: 'Neither the page nor its sandboxed preload script has Node.',
      severity: 'error',
      from: { path: '^(preload|renderer)/' },
      to: { dependencyTypes: ['core'], pathNot: '^electron$' },
    },
    {
      name: 'host-modules-as-users-write-them',
      comment: 'The guests’ host modules are examples: they import what a user’s own could.',
      severity: 'error',
      from: { path: '^guests/([^/]+)/' },
      to: { path: project, pathNot: ['^guests/$1/', '^main/host/api\\.ts$'] },
    },
    {
      name: 'host-api-types',
      comment: 'What a host module imports of the project is types: at run time there is no such module.',
      severity: 'error',
      from: { path: '^guests/' },
      to: { path: '^main/host/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'guests-build',
      comment: 'The script that builds the guests uses the text format’s parser, and nothing else of main/.',
      severity: 'error',
      from: { path: '^guests/[^/]+$' },
      to: { path: project, pathNot: ['^guests/', '^main/wasm/wat\\.ts$'] },
    },
    {
      name: 'main-from-dependencies',
      comment: 'What main/ needs at run time is installed with the program.',
      severity: 'error',
      from: { path: '^main/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: '^node_modules/electron/',
      },
    },
    {
      name: 'no-circles',
      comment: 'A circle of imports has no direction. (Types that name one another are erased.)',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'found',
      comment: 'What is imported is there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules' },
    exclude: { path: '^(out/|guests/[^/]+/assembly/)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.vue', '.json'],
    },
  },
}
