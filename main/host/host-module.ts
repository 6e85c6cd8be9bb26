/** Loads a host module and checks what it exports. */
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { HostContext, HostImports } from './api.ts'
import { describeThrown } from './failures.ts'

/** A host module that has been loaded. */
export interface LoadedHostModule {
  imports: HostImports
  path: string
  /** Finds the line, from 1, on which an import is bound. */
  findLine(importName: string): number | undefined
}

/**
 * Lets host modules below node_modules be TypeScript as well, such as those of the bundled guests of an
 * installed inspector: Node itself strips no types there.
 */
export function stripInstalledTypes(): void {
  registerHooks({
    load(url, context, nextLoad) {
      if (!/\/node_modules\/.*\.m?ts$/.test(url)) return nextLoad(url, context)
      const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'), { sourceUrl: url })
      return { format: 'module', source, shortCircuit: true }
    },
  })
}

/**
 * Imports the file, TypeScript as it is (Node strips the types), calls its default export with the context if
 * that is a function, and checks the shape of the result.
 */
export async function loadHostModule(path: string, context: HostContext): Promise<Result<LoadedHostModule>> {
  let source: string
  try {
    source = readFileSync(path, 'utf8')
  } catch (thrown) {
    return failure(
      makeError('HOST_NOT_FOUND', { why: describeThrown(thrown).message, location: { file: path } }),
    )
  }
  let imports: unknown
  try {
    const loaded = (await import(pathToFileURL(path).href)) as { default?: unknown }
    if (!('default' in loaded)) return failure(wrongExport(path, 'It has no default export.'))
    imports = typeof loaded.default === 'function' ? await loaded.default(context) : loaded.default
  } catch (thrown) {
    return failure(loadError(path, source, thrown))
  }
  const problem = findShapeProblem(imports)
  if (problem) return failure(wrongExport(path, problem))
  return success({
    imports: imports as HostImports,
    path,
    findLine: (importName) => findLine(source, importName),
  })
}

function wrongExport(path: string, why: string): InspectorError {
  return makeError('HOST_WRONG_EXPORT', { why, location: { file: path } })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function findShapeProblem(imports: unknown): string | null {
  if (!isObject(imports)) {
    const got =
      imports === null ? 'null' : Array.isArray(imports) ? 'an array' : `a value of type ${typeof imports}`
    return `Its default export gives ${got} instead of an import object.`
  }
  for (const [moduleName, members] of Object.entries(imports)) {
    if (isObject(members)) continue
    return `"${moduleName}" should be an object with the module's imports, but is ${members === null ? 'null' : typeof members === 'function' ? 'a function: wrap it as { env: { name: … } }' : `a value of type ${typeof members}`}.`
  }
  return null
}

/** What V8 says of `export` and `import` in a file that Node takes for CommonJS. */
const MODULE_SYNTAX = /^Unexpected token 'export'|^Cannot use import statement/
const COMMONJS_FIX =
  'Node takes the file for CommonJS, because of the package.json above it. Say "type": "module" there, or name the file host.mts or host.mjs.'

/** The place in a stack or message that lies in the file, with the message of what was thrown. */
function loadError(path: string, source: string, thrown: unknown): InspectorError {
  const { message, cause } = describeThrown(thrown)
  const place =
    findPlace(path, cause) ?? (thrown instanceof SyntaxError ? findSyntaxError(path, source) : null)
  const isCommonJs = thrown instanceof SyntaxError && MODULE_SYNTAX.test(message)
  return makeError('HOST_LOAD_FAILED', {
    ...(isCommonJs ? { fix: COMMONJS_FIX } : {}),
    why: `${message}${/[.!?]$/.test(message) ? '' : '.'}`,
    location: { file: path, ...place },
    cause,
  })
}

interface Place {
  line: number
  column?: number
}

function findPlace(path: string, text: string): Place | null {
  for (const name of [pathToFileURL(path).href, path]) {
    const at = text.indexOf(`${name}:`)
    if (at < 0) continue
    const match = /^:(\d+)(?::(\d+))?/.exec(text.slice(at + name.length))
    if (match) return { line: Number(match[1]), ...(match[2] ? { column: Number(match[2]) } : {}) }
  }
  return null
}

/** V8 keeps the line of a module's syntax error to itself; the type stripper's parser says it. */
function findSyntaxError(path: string, source: string): Place | null {
  const url = pathToFileURL(path).href
  try {
    stripTypeScriptTypes(source, { mode: 'strip', sourceUrl: url })
    return null
  } catch (thrown) {
    const { cause } = describeThrown(thrown)
    return findPlace(fileURLToPath(url), cause)
  }
}

/** The line on which `name` stands as a key or method; else the first on which it stands at all. */
function findLine(source: string, name: string): number | undefined {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const key = new RegExp(`(^|[\\s{,*"'\`])${escaped}["'\`]?\\s*[(:<,]`, 'm')
  const match = key.exec(source)
  const at = match ? match.index + match[0].indexOf(name) : source.indexOf(name)
  return at < 0 ? undefined : source.slice(0, at).split('\n').length
}
