/**
 * Runs the scripts of the core test suite twice, on V8 alone and through the host's wrapping, and compares.
 *
 *     node test/spec/run-spec-suite.ts PATH [--slices]
 *
 * PATH is the folder `test/core` of a checkout of the WebAssembly specification, or one script. With `--slices` the host
 * stops a guest at every point at which it can be stopped while it computes. Exits with 1
 * where a verdict differs, or where a valid module cannot be read or does not validate with its start function
 * lifted out, or with slice points.
 */
import { argv, stderr, stdout } from 'node:process'
import { writeReport } from './report.ts'
import { compareSuite } from './compare-suite.ts'

const [, , path, flag] = argv
if (path === undefined || (flag !== undefined && flag !== '--slices')) {
  stderr.write('usage: node test/spec/run-spec-suite.ts PATH [--slices]\n')
  process.exit(2)
}
const suite = await compareSuite(path, flag !== undefined)
stdout.write(`${writeReport(suite)}\n`)
process.exitCode = suite.differences.length + suite.unreadable.length > 0 ? 1 : 0
