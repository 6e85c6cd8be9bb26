import { readFile } from 'node:fs/promises'
import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildModule, texts } from '../wasm/modules.ts'
import { HOSTILE_TEXTS } from './hostile-texts.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** What inputs are made from. */
export interface Corpus {
  modules: Uint8Array<ArrayBuffer>[]
  /** In the text format. */
  texts: string[]
}

/** So many functions, globals and exports that their numbers take more than one byte. */
function manyOfAll(): string {
  const numbers = Array.from({ length: 300 }, (_, index) => index)
  const members = numbers.map((index) => {
    const name = index === 200 ? '$__stack_pointer' : ''
    return `(global ${name} (mut i32) (i32.const ${index})) (func $f${index} (export "f${index}"))`
  })
  return `(module (memory 1) ${members.join(' ')} (start $f200))`
}

/** Reads every module of the project, always in the same order: an input is known by its seed and number. */
export async function readCorpus(): Promise<Corpus> {
  const files = globSync(['guests/*/*.wasm', 'test/fixtures/**/*.wasm'], { cwd: ROOT }).sort()
  const binaries = await Promise.all(
    files.map(async (file) => Uint8Array.from(await readFile(join(ROOT, file)))),
  )
  const textFiles = globSync('guests/*/*.wat', { cwd: ROOT }).sort()
  const guests = await Promise.all(textFiles.map((file) => readFile(join(ROOT, file), 'utf8')))
  const own = [...Object.values(texts), ...Object.values(HOSTILE_TEXTS), manyOfAll()]
  const assembled: Uint8Array<ArrayBuffer>[] = []
  for (const text of own) assembled.push(await buildModule(text))
  return { modules: [...binaries, ...assembled], texts: [...guests, ...own] }
}
