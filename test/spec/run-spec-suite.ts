/**
 * Runs the scripts of the core test suite twice, on V8 alone and through the host's wrapping, and compares.
 *
 *     node test/spec/run-spec-suite.ts PATH
 *
 * PATH is the folder `test/core` of a checkout of the WebAssembly specification, or one script. Exits with 1
 * where a verdict differs, or where a valid module cannot be read or does not validate with its start function
 * lifted out.
 */
import { argv, stderr, stdout } from 'node:process'
import { writeReport } from './report.ts'
import { compareSuite } from './compare-suite.ts'

const [, , path] = argv
if (path === undefined) {
  stderr.write('usage: node test/spec/run-spec-suite.ts PATH\n')
  process.exit(2)
}
const suite = await compareSuite(path)
stdout.write(`${writeReport(suite)}\n`)
process.exitCode = suite.differences.length + suite.unreadable.length > 0 ? 1 : 0
