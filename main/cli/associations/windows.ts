/** How Windows is told of an application: by keys of the user's registry, through reg.exe. */
import { SESSION_FILE_EXTENSION } from '../../session-file/file-parts.ts'
import type { StartedProgram } from './freedesktop.ts'

const CLASSES = String.raw`HKCU\Software\Classes`
const SESSION_CLASS = 'JspiInspector.Session'
const GUEST_CLASS = 'JspiInspector.Guest'
const GUEST_EXTENSION = '.wasm'

/** Arguments of reg.exe, a list for each time that it is run. */
export type RegistryCommands = string[][]

/** Associates session files, and offers the program for modules without being their default. */
export function listRegistryAdditions({ node, launcher }: StartedProgram): RegistryCommands {
  const command = `"${node}" "${launcher}" open "%1"`
  const defineClass = (name: string, about: string): RegistryCommands => [
    ['add', `${CLASSES}\\${name}`, '/ve', '/d', about, '/f'],
    ['add', `${CLASSES}\\${name}\\shell\\open`, '/v', 'FriendlyAppName', '/d', 'JSPI Inspector', '/f'],
    ['add', `${CLASSES}\\${name}\\shell\\open\\command`, '/ve', '/d', command, '/f'],
  ]
  const offer = (extension: string, name: string): string[] => {
    return ['add', `${CLASSES}\\${extension}\\OpenWithProgids`, '/v', name, '/t', 'REG_NONE', '/f']
  }
  return [
    ...defineClass(SESSION_CLASS, 'JSPI Inspector session'),
    ...defineClass(GUEST_CLASS, 'WebAssembly module'),
    ['add', `${CLASSES}\\${SESSION_FILE_EXTENSION}`, '/ve', '/d', SESSION_CLASS, '/f'],
    offer(SESSION_FILE_EXTENSION, SESSION_CLASS),
    offer(GUEST_EXTENSION, GUEST_CLASS),
  ]
}

/** Takes back what {@link listRegistryAdditions} adds. What is not there, reg.exe says, and that is as it should be. */
export function listRegistryRemovals(): RegistryCommands {
  return [
    ['delete', `${CLASSES}\\${SESSION_FILE_EXTENSION}`, '/f'],
    ['delete', `${CLASSES}\\${GUEST_EXTENSION}\\OpenWithProgids`, '/v', GUEST_CLASS, '/f'],
    ['delete', `${CLASSES}\\${SESSION_CLASS}`, '/f'],
    ['delete', `${CLASSES}\\${GUEST_CLASS}`, '/f'],
  ]
}
