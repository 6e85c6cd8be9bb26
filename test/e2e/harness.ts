import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import { drivers } from './drivers/index.ts'
import type { Driver, LaunchOptions, RunningApp } from './drivers/driver.ts'
import { makeTempFolder } from './paths.ts'

const LAUNCH_LIMIT_MS = 60_000

/**
 * Runs the same specs over every driver, each with one inspector that all of them share. Whatever they do, the
 * page may log no error, and a spec that fails leaves a picture.
 */
export function describeOnDrivers(
  title: string,
  define: (app: () => RunningApp) => void,
  options: { launch?: LaunchOptions; only?: (driver: Driver) => boolean } = {},
): void {
  const chosen = drivers.filter((driver) => options.only?.(driver) ?? true)
  for (const driver of chosen) {
    describe(`${driver.name}: ${title}`, () => {
      let app: RunningApp
      let watched: Page
      const errors: string[] = []

      const watch = () => {
        if (watched === app.page) return
        watched = app.page
        collectErrors(watched, errors)
      }

      beforeAll(async () => {
        app = await driver.launch(options.launch)
        watch()
      }, LAUNCH_LIMIT_MS)

      afterEach(async ({ task }) => {
        watch()
        if (task.result?.state === 'fail') await savePicture(app.page, `${driver.name} ${task.name}`)
        expect(errors.splice(0), 'errors in the page').toEqual([])
      })

      afterAll(async () => {
        if (app?.standIn) expect(await app.standIn('outsideRequests')).toEqual([])
        await app?.close()
      }, LAUNCH_LIMIT_MS)

      define(() => app)
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
