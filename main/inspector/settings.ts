/** What is kept from one start to the next: recent guests, allowed host modules, the layout. */
import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { makeError } from '../contract/error-codes.ts'
import type { Layout } from '../contract/application.ts'
import type { RecentGuest } from '../contract/guests.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'

const RECENT_LIMIT = 12

const schema = v.object({
  recentGuests: v.array(v.object({ path: v.string(), name: v.string(), hostPath: v.nullable(v.string()) })),
  /** Path → SHA-256 of the content that the user allowed. */
  trustedHosts: v.record(v.string(), v.string()),
  layout: v.record(v.string(), v.union([v.boolean(), v.number()])),
})

type Content = v.InferOutput<typeof schema>

/** Settings in a folder, or in memory only (null). */
export class Settings {
  readonly #folder: string | null
  readonly #content: Content
  /** Writes follow one another, so that the last one wins. */
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(folder: string | null, content: Content) {
    this.#folder = folder
    this.#content = content
  }

  /** Reads the settings; a file that is missing or damaged gives empty ones. */
  static load(folder: string | null): Settings {
    const empty: Content = { recentGuests: [], trustedHosts: {}, layout: {} }
    if (folder === null) return new Settings(null, empty)
    try {
      const parsed = v.safeParse(schema, JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')))
      return new Settings(folder, parsed.success ? parsed.output : empty)
    } catch {
      return new Settings(folder, empty)
    }
  }

  get recentGuests(): RecentGuest[] {
    return this.#content.recentGuests
  }

  get layout(): Layout {
    return this.#content.layout
  }

  isTrusted(path: string, hash: string): boolean {
    return Object.hasOwn(this.#content.trustedHosts, path) && this.#content.trustedHosts[path] === hash
  }

  addRecent(guest: RecentGuest): Promise<Result<null>> {
    const others = this.#content.recentGuests.filter(({ path }) => path !== guest.path)
    this.#content.recentGuests = [guest, ...others].slice(0, RECENT_LIMIT)
    return this.#save()
  }

  trust(path: string, hash: string): Promise<Result<null>> {
    this.#content.trustedHosts[path] = hash
    return this.#save()
  }

  saveLayout(layout: Layout): Promise<Result<null>> {
    this.#content.layout = layout
    return this.#save()
  }

  #save(): Promise<Result<null>> {
    const folder = this.#folder
    if (folder === null) return Promise.resolve(success(null))
    const saved = this.#writing.then(() => writeSettings(folder, this.#content))
    this.#writing = saved
    return saved.then((error) => (error ? failure(error) : success(null)))
  }
}

async function writeSettings(folder: string, content: Content): Promise<InspectorError | null> {
  try {
    await mkdir(folder, { recursive: true })
    // A file that is replaced whole is never half written, whenever the process ends.
    const temporary = join(folder, `settings.${process.pid}.tmp`)
    await writeFile(temporary, JSON.stringify(content, null, 2))
    await rename(temporary, join(folder, 'settings.json'))
    return null
  } catch (thrown) {
    return makeError('SETTINGS_WRITE_FAILED', { why: `The system says: ${(thrown as Error).message}.` })
  }
}
