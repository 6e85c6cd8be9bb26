// Checks and tests, as `npm test` starts them. Plain JavaScript, since it is also started on a Node that knows no
// types. The rest needs JavaScript promise integration, as the inspector itself does.
if ('Suspending' in WebAssembly) {
  await import('./run/index.ts')
} else {
  process.stderr.write(
    `JSPI_MISSING: This is Node ${process.versions.node}, which lacks WebAssembly JSPI. ` +
      'Start the tests with `npm test`, which uses the Node that `npm ci` brought along, or with Node 24.20 or later.\n',
  )
  process.exitCode = 2
}
