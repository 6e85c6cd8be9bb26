/** The page has a port to the inspector and nothing else; what comes by that port is checked. */
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import { eventually } from './inspector-page.ts'
import { expectAtWork, WRONG_MESSAGES } from './wrong-messages.ts'
import type { Answer } from './wrong-messages.ts'

/** The port that the page was given, kept by a script that runs before the page's own. */
declare const window: Window & { doorPort: MessagePort }

const REFUSED_BY_POLICY = /Content Security Policy|Refused to|violates|ERR_BLOCKED|net::ERR/

/** Addresses that a careless server would find files for. */
const PATHS_OUTSIDE = (
  '/..%2f..%2fpackage.json /..%5c..%5cpackage.json /assets/..%2f..%2f..%2fpackage.json /%00 /% /assets ' +
  '/package.json /nothing.js'
).split(' ')

describeOnDrivers('the page’s limits', (app, errors) => {
  const page = () => app().page

  test('there is no Node in the page, and no other way out', async () => {
    const found = await page().evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron', 'callStandIn'].filter(
        (name) => name in globalThis,
      ),
    )
    expect(found).toEqual([])
    const bridge = await page().evaluate(() => {
      const given = Reflect.get(globalThis, 'jspiInspector') as object | undefined
      return given && { names: Object.keys(given), frozen: Object.isFrozen(given) }
    })
    expect(bridge).toEqual(app().desktop ? { names: ['pathForFile'], frozen: true } : undefined)
  })

  test('the policy is strict: no inline script, no eval, no frame, nothing from elsewhere', async () => {
    errors.expect(REFUSED_BY_POLICY)
    const headers = (await page().reload())?.headers() ?? {}
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    const ran = await page().evaluate(async () => {
      const script = document.createElement('script')
      script.textContent = 'globalThis.inlineRan = true'
      document.body.append(script)
      const image = new Image()
      const imageLoaded = new Promise((resolve) => {
        image.addEventListener('load', () => resolve(true))
        image.addEventListener('error', () => resolve(false))
      })
      image.src = 'https://elsewhere.example/image.png'
      const frame = document.createElement('iframe')
      frame.src = `${location.origin}/index.html`
      document.body.append(frame)
      const results = {
        inline: 'inlineRan' in globalThis,
        image: await imageLoaded,
        fetched: await fetch('https://elsewhere.example/').then(
          () => true,
          () => false,
        ),
        // Not in the script that the test sends, which the policy does not govern.
        evaluated: await new Promise((resolve) => {
          setTimeout(() => {
            try {
              resolve(new Function('return true')())
            } catch {
              resolve(false)
            }
          })
        }),
        framed: await new Promise((resolve) => {
          setTimeout(() => {
            try {
              resolve(frame.contentDocument?.querySelector('#app') != null)
            } catch {
              resolve(false)
            }
          }, 300)
        }),
      }
      frame.remove()
      script.remove()
      return results
    })
    expect(ran).toEqual({ inline: false, image: false, fetched: false, evaluated: false, framed: false })
  })

  test('only the built files are served', async () => {
    errors.expect(/status of 40\d|MIME type/)
    for (const path of PATHS_OUTSIDE) {
      const answered = page().waitForResponse((response) => response.url().endsWith(path))
      await page().evaluate((source) => {
        const script = document.createElement('script')
        script.src = source
        document.body.append(script)
        script.remove()
      }, path)
      expect([400, 404], path).toContain((await answered).status())
    }
  })
})

describeOnDrivers(
  'the desktop refuses',
  (app, errors) => {
    const page = () => app().page

    test('navigation away, by script and by link', async () => {
      errors.expect(REFUSED_BY_POLICY)
      const before = page().url()
      await page().evaluate(() => {
        location.href = 'https://elsewhere.example/'
      })
      await page().evaluate(() => {
        const link = document.createElement('a')
        link.href = '/assets/other.html'
        document.body.append(link)
        link.click()
        link.remove()
      })
      await page().waitForTimeout(300)
      expect(page().url()).toBe(before)
      await expectAtWork(page())
    })

    test('new windows', async () => {
      const opened = await page().evaluate(() => [
        window.open('https://elsewhere.example/'),
        window.open('about:blank', '_blank'),
        window.open(location.href),
      ])
      expect(opened).toEqual([null, null, null])
      expect(page().context().pages()).toHaveLength(1)
    })

    test('permissions, but for copying to the clipboard', async () => {
      const states = await page().evaluate(async () => {
        const names = [
          'geolocation',
          'notifications',
          'camera',
          'microphone',
          'midi',
          'clipboard-read',
          'clipboard-write',
        ]
        const found: Record<string, string> = {}
        for (const name of names) {
          found[name] = (await navigator.permissions.query({ name: name as PermissionName })).state
        }
        return found
      })
      const { 'clipboard-write': copying, ...others } = states
      expect(copying).toBe('granted')
      expect(new Set(Object.values(others))).toEqual(new Set(['denied']))
      const asked = await page().evaluate(async () => [
        await Notification.requestPermission(),
        await navigator.mediaDevices.getUserMedia({ audio: true }).then(
          () => 'granted',
          () => 'denied',
        ),
      ])
      expect(asked).toEqual(['denied', 'denied'])
    })

    test('downloads of anything but its own exports', async () => {
      if (!app().standIn) return
      errors.expect(REFUSED_BY_POLICY)
      await page().evaluate(() => {
        const link = document.createElement('a')
        link.href = `data:text/plain,${'x'.repeat(10)}`
        link.download = 'x.txt'
        document.body.append(link)
        link.click()
        link.remove()
      })
      await eventually(async () => (await app().standIn?.('downloads'))?.forbidden.length).toBe(1)
    })

    test('messages of a wrong shape or size at the port; the next right one is answered', async () => {
      await page().addInitScript(() => {
        addEventListener('message', (event) => {
          if (event.data === 'jspi-inspector-port' && event.ports[0]) window.doorPort = event.ports[0]
        })
      })
      await page().reload()
      await page().waitForFunction(() => 'doorPort' in window)
      for (const [name, message, code] of WRONG_MESSAGES) {
        const answer = await page().evaluate(askByPort, { message, expectsEvent: code === null })
        expect(answer.error?.code, name).toBe(code ?? 'MESSAGE_INVALID')
      }
      const right = await page().evaluate(askByPort, {
        message: { t: 'q', i: 'right', m: 'attach', a: [] },
        expectsEvent: false,
      })
      expect(right.ok).toBe(true)
      await dismissProblems()
      await expectAtWork(page())
    })

    async function dismissProblems(): Promise<void> {
      const dismiss = page()
        .getByRole('region', { name: 'Problems' })
        .getByRole('button', { name: 'Dismiss' })
      while ((await dismiss.count()) > 0) await dismiss.last().click()
    }
  },
  { only: (driver) => driver.name !== 'browser door' },
)

/** Runs in the page: sends a message by the page's port and waits for what answers it. */
function askByPort({ message, expectsEvent }: { message: unknown; expectsEvent: boolean }): Promise<Answer> {
  const id = (message as { i?: unknown } | null)?.i
  return new Promise((resolve) => {
    window.doorPort.addEventListener('message', function hear({ data }) {
      const isEvent = data.t === 'q' && data.m === 'problem'
      if (expectsEvent ? !isEvent : data.t !== 's' || data.i !== id) return
      window.doorPort.removeEventListener('message', hear)
      resolve(isEvent ? { ok: false, error: data.a[0] } : data.r)
    })
    window.doorPort.postMessage(message)
  })
}
