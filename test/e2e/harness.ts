import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import { drivers } from './drivers/index.ts'
import type { Driver, LaunchOptions, RunningApp } from './drivers/driver.ts'
import { makeTempFolder } from './paths.ts'

const LAUNCH_LIMIT_MS = 60_000
const PAGE_LIMIT_MS = 15_000

/** What the running spec says about the errors that the page logs. */
export interface PageErrors {
  /** Errors like this one are what the spec is about. */
  expect(pattern: RegExp): void
}

/**
 * Runs the same specs over every driver, each with one inspector that all of them share. Whatever they do, the
 * page may log no error, and a spec that fails leaves a picture.
 */
export function describeOnDrivers(
  title: string,
  define: (app: () => RunningApp, page: PageErrors) => void,
  options: { launch?: LaunchOptions; only?: (driver: Driver) => boolean } = {},
): void {
  const chosen = drivers.filter((driver) => options.only?.(driver) ?? true)
  for (const driver of chosen) {
    describe(`${driver.name}: ${title}`, () => {
      let app: RunningApp
      let watched: Page
      const errors: string[] = []
      let expected: RegExp | null = null

      const watch = () => {
        if (watched === app.page) return
        watched = app.page
        watched.setDefaultTimeout(PAGE_LIMIT_MS)
        collectErrors(watched, errors)
      }

      beforeAll(async () => {
        app = await driver.launch(options.launch)
        watch()
      }, LAUNCH_LIMIT_MS)

      afterEach(async ({ task }) => {
        watch()
        if (task.result?.state === 'fail') await savePicture(app.page, `${driver.name} ${task.name}`)
        const unexpected = errors.splice(0).filter((error) => !expected?.test(error))
        expected = null
        expect(unexpected, 'errors in the page').toEqual([])
      })

      afterAll(async () => {
        if (app?.standIn) expect(await app.standIn('outsideRequests')).toEqual([])
        await app?.close()
      }, LAUNCH_LIMIT_MS)

      define(() => app, { expect: (pattern) => (expected = pattern) })
    })
  }
}

/** Errors of the page's scripts, and whatever it or the browser logs as one: refused styles, missing files. */
function collectErrors(page: Page, errors: string[]): void {
  page.on('pageerror', (error) => errors.push(String(error.stack)))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
}

async function savePicture(page: Page, name: string): Promise<void> {
  const path = join(makeTempFolder('failed'), `${name.replaceAll(/[^\w-]+/g, '-').slice(0, 80)}.png`)
  const saved = await page.screenshot({ path, timeout: 5000 }).then(
    () => path,
    () => null,
  )
  process.stderr.write(saved ? `Picture of the failed spec: ${saved}\n` : 'The page could not be pictured.\n')
}
