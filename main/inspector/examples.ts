/** The bundled guests. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import type { ExampleInfo } from '../contract/guests.ts'

const LANGUAGES: Record<string, string> = { '.rs': 'Rust', '.c': 'C', '.wat': 'WAT' }

/** The guest file of an example. */
export function exampleGuestPath(guestsFolder: string, name: string): string {
  return join(guestsFolder, name, `${name}.wasm`)
}

/** Whether a guest's path lies below the folder of bundled guests. */
export function isBundled(guestsFolder: string, guestPath: string): boolean {
  return guestPath.startsWith(guestsFolder + sep)
}

/** Every folder below `guestsFolder` that holds a guest of its name, `sum` first, then by name. */
export function listExamples(guestsFolder: string): ExampleInfo[] {
  if (!existsSync(guestsFolder)) return []
  return readdirSync(guestsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(exampleGuestPath(guestsFolder, entry.name)))
    .map((entry) => describeExample(guestsFolder, entry.name))
    .sort((a, b) => Number(b.name === 'sum') - Number(a.name === 'sum') || a.name.localeCompare(b.name))
}

function describeExample(guestsFolder: string, name: string): ExampleInfo {
  const folder = join(guestsFolder, name)
  const readmePath = join(folder, 'README.md')
  const language = readdirSync(folder)
    .map((file) => LANGUAGES[extname(file)])
    .find((found) => found !== undefined)
  return {
    name,
    summary: existsSync(readmePath) ? firstParagraph(readFileSync(readmePath, 'utf8')) : '',
    language: language ?? 'AssemblyScript',
    sizeBytes: statSync(exampleGuestPath(guestsFolder, name)).size,
  }
}

/** The first paragraph below the title. */
function firstParagraph(readme: string): string {
  const paragraphs = readme.split(/\r?\n\s*\n/).map((paragraph) => paragraph.trim().replaceAll(/\s+/g, ' '))
  return paragraphs.find((paragraph) => paragraph !== '' && !paragraph.startsWith('#')) ?? ''
}
