/**
 * How desktops on Linux and its kin are told of an application: by files in folders of the user's.
 * Sources: the Desktop Entry, Shared MIME-info Database and MIME Applications specifications of freedesktop.org.
 */
import { isAbsolute, join } from 'node:path'
import { SESSION_FILE_EXTENSION } from '../../session-file/file-parts.ts'

export const SESSION_TYPE = 'application/x-jspi-session'
export const DESKTOP_FILE = 'jspi-inspector.desktop'

/** The program, as a desktop starts it. */
export interface StartedProgram {
  /** Absolute path of the Node that runs it. */
  node: string
  /** Absolute path of its entry. */
  launcher: string
}

/** Where the files of one user are. */
export interface FreedesktopPlaces {
  applicationsFolder: string
  mimeFolder: string
  desktopPath: string
  typesPath: string
  /** What the user, or a program for the user, has chosen: which application opens what. */
  choicesPath: string
}

export function findFreedesktopPlaces(environment: NodeJS.ProcessEnv, home: string): FreedesktopPlaces {
  const dataFolder = absolute(environment.XDG_DATA_HOME) ?? join(home, '.local/share')
  const configFolder = absolute(environment.XDG_CONFIG_HOME) ?? join(home, '.config')
  const applicationsFolder = join(dataFolder, 'applications')
  const mimeFolder = join(dataFolder, 'mime')
  return {
    applicationsFolder,
    mimeFolder,
    desktopPath: join(applicationsFolder, DESKTOP_FILE),
    typesPath: join(mimeFolder, 'packages/jspi-inspector.xml'),
    choicesPath: join(configFolder, 'mimeapps.list'),
  }
}

/** Other paths are to be ignored. */
function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null
}

/**
 * The desktop entry. Modules are not among its types: the only application of a type is its default, and that it is not
 * to be. It is offered for them among all applications. With `inTerminal` it has a terminal to be ended from.
 */
export function describeApplication({ node, launcher }: StartedProgram, inTerminal: boolean): string {
  const command = [...[node, launcher, 'open'].map(quoteArgument), '%f'].join(' ')
  return `[Desktop Entry]
Type=Application
Version=1.5
Name=JSPI Inspector
Comment=Shows every call between a WebAssembly guest and its host
TryExec=${escapeValue(node)}
Exec=${escapeValue(command)}
Terminal=${inTerminal}
Categories=Development;Debugger;
MimeType=${SESSION_TYPE};
`
}

/** The type of session files: by their ending, and by the bytes that they begin with. */
export function describeTypes(): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="${SESSION_TYPE}">
    <comment>JSPI Inspector session</comment>
    <magic>
      <match type="string" offset="0" value="JSB1"/>
    </magic>
    <glob pattern="*${SESSION_FILE_EXTENSION}"/>
  </mime-type>
</mime-info>
`
}

/** Takes the application out of what is chosen for types, and leaves all other lines as they are. */
export function withoutApplication(choices: string): string {
  return choices
    .split('\n')
    .flatMap((line) => {
      const [, key, value = ''] = /^([^=#[]+=)(.*)$/.exec(line) ?? []
      const ids = value.split(';')
      if (key === undefined || !ids.includes(DESKTOP_FILE)) return [line]
      const others = ids.filter((id) => id !== DESKTOP_FILE)
      return others.some((id) => id !== '') ? [key + others.join(';')] : []
    })
    .join('\n')
}

/** Quotes an argument of a command; a percent sign would begin a field code. */
function quoteArgument(text: string): string {
  return `"${text.replaceAll(/["`$\\]/g, String.raw`\$&`)}"`.replaceAll('%', '%%')
}

/** As values of keys are escaped, on top of what they mean. */
function escapeValue(text: string): string {
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\t', String.raw`\t`)
}
