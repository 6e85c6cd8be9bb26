/** Whether the stand-in for Electron does what Electron does, as far as the other specs rely on it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn } from './drivers/stand-in.ts'
import type { StandInProcess } from './drivers/stand-in.ts'
import { dropFilesOn } from './drivers/page-input.ts'
import { makeTempFolder, ROOT } from './paths.ts'

/** What the fixture's page and preload script put on the window. */
interface FixtureWindow {
  port?: MessagePort
  received: { data: unknown; origin: string }
  ask(data: unknown): Promise<{ data: unknown; seen: string; url: string }>
  dropped: File[]
  leftByPreload?: boolean
  bridge: {
    version: number
    pathForFile(file: unknown): string
    throwError(): void
    tryToUse(name: string): string
    tryToRequire(name: string): string
    worldHasNode(): boolean
  }
}
declare const window: FixtureWindow & Window

const FIXTURE = join(ROOT, 'test/electron-stand-in/fixture')

let app: StandInProcess

beforeAll(async () => {
  app = await startStandIn(FIXTURE, makeTempFolder('settings'), [])
  await waitForPort()
})

afterAll(async () => {
  await app.control('quit')
  await app.disconnect()
})

async function waitForPort(): Promise<void> {
  await app.page().waitForFunction(() => window.port !== undefined)
}

describe('messages', () => {
  test('a port reaches the page by the preload script, with the page’s own origin', async () => {
    const received = await app.page().evaluate(() => window.received)
    const origin = await app.page().evaluate(() => location.origin)
    expect(received).toEqual({ data: { greeting: 'hello' }, origin })
  })

  test('values arrive and return as structured cloning has them', async () => {
    const lost = await app.page().evaluate(async () => {
      const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index)
      const cyclic: unknown[] = [1, undefined]
      cyclic.push(cyclic)
      const values: Record<string, unknown> = {
        negativeZero: -0,
        notANumber: NaN,
        infinite: -Infinity,
        bigint: -(2n ** 63n),
        bytes,
        bigints: BigInt64Array.of(1n, -1n),
        view: bytes.subarray(100, 200),
        map: new Map<unknown, unknown>([['a', { b: [null] }]]),
        set: new Set([1, 'x']),
        date: new Date(5),
        error: new RangeError('too far', { cause: 'the cause' }),
        text: 'ü𝕏\0 ',
        cyclic,
        ['__proto__x']: 1,
      }
      const { data } = await window.ask(values)
      const answer = data as Record<string, unknown>
      const same = (a: unknown, b: unknown): boolean => {
        if (Object.is(a, b)) return true
        if (a instanceof Error && b instanceof Error) {
          return a.name === b.name && a.message === b.message && a.cause === b.cause
        }
        if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
        if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
          return a.constructor === b.constructor && String(a) === String(b)
        }
        if (a instanceof Map && b instanceof Map) return same([...a], [...b])
        if (a instanceof Set && b instanceof Set) return same([...a], [...b])
        if (a === cyclic) return Array.isArray(b) && b[2] === b && b.length === 3 && b[1] === undefined
        if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false
        return Object.entries(a).every(([key, each]) => same(each, Reflect.get(b, key)))
      }
      return Object.keys(values).filter((name) => !same(values[name], answer[name]))
    })
    expect(lost).toEqual([])
  })

  test('the main process has real values, and knows the page by its own scheme', async () => {
    const answers = await app.page().evaluate(async () => {
      const kinds = [await window.ask(1n), await window.ask(new Uint8Array(2)), await window.ask(null)]
      return kinds.map(({ seen, url }) => [seen, url])
    })
    const url = 'fixture://host/index.html'
    expect(answers).toEqual([
      ['[object BigInt]', url],
      ['[object Uint8Array]', url],
      ['[object Null]', url],
    ])
  })

  test('messages keep their order', async () => {
    const order = await app.page().evaluate(
      () =>
        new Promise((resolve) => {
          const seen: number[] = []
          window.port?.addEventListener('message', function hear(event) {
            seen.push(event.data.data as number)
            if (seen.length < 500) return
            window.port?.removeEventListener('message', hear)
            resolve(seen)
          })
          for (let index = 0; index < 500; index += 1) window.port?.postMessage(index)
        }),
    )
    expect(order).toEqual(Array.from({ length: 500 }, (_, index) => index))
  })
})

describe('worlds', () => {
  test('the page sees nothing of the preload script but what it exposes', async () => {
    const seen = await app.page().evaluate(() => ({
      left: window.leftByPreload,
      names: Object.keys(window.bridge),
      version: window.bridge.version,
      require: typeof Reflect.get(window, 'require'),
      binding: typeof Reflect.get(window, 'callStandIn'),
    }))
    expect(seen).toMatchObject({ left: undefined, version: 3, require: 'undefined', binding: 'undefined' })
    expect(seen.names).toContain('pathForFile')
  })

  test('the exposed object cannot be replaced or changed', async () => {
    const kept = await app.page().evaluate(() => {
      const before = window.bridge
      Reflect.set(window, 'bridge', null)
      Reflect.set(window.bridge, 'version', 4)
      return window.bridge === before && window.bridge.version === 3
    })
    expect(kept).toBe(true)
  })

  test('the preload script has what a sandboxed one has, and asking for more fails', async () => {
    const results = await app.page().evaluate(() => {
      const attempt = (action: () => unknown) => {
        try {
          return action()
        } catch (error) {
          return (error as Error).message
        }
      }
      return [
        window.bridge.worldHasNode(),
        attempt(() => window.bridge.tryToUse('sendSync')),
        attempt(() => window.bridge.tryToRequire('node:fs')),
        attempt(() => window.bridge.throwError()),
      ]
    })
    expect(results).toEqual([
      false,
      'The stand-in for Electron has no ipcRenderer.sendSync in a sandboxed preload script.',
      'A sandboxed preload script cannot require "node:fs".',
      'from the preload script',
    ])
  })

  test('a dropped file has a path, a made one has none, and what is no file is refused', async () => {
    const path = join(makeTempFolder('drop'), 'dropped.txt')
    writeFileSync(path, 'text')
    await dropFilesOn(app.page(), [path])
    const paths = await app.page().evaluate(() => {
      const { bridge, dropped } = window
      let refused = ''
      try {
        bridge.pathForFile({ name: 'x' })
      } catch (error) {
        refused = (error as Error).message
      }
      return [bridge.pathForFile(dropped[0]), bridge.pathForFile(new File(['x'], 'made.txt')), refused]
    })
    expect(paths).toEqual([path, '', 'getPathForFile expected to receive a File object.'])
  })
})

describe('the page', () => {
  test('may not navigate where a listener forbids it, nor open windows', async () => {
    const before = app.page().url()
    const opened = await app.page().evaluate(() => {
      location.href = 'https://elsewhere.example/'
      return window.open('https://elsewhere.example/')
    })
    expect(opened).toBeNull()
    await app.page().evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)))
    expect(app.page().url()).toBe(before)
  })

  test('navigates where nobody forbids it; the old port closes and a new one comes', async () => {
    await app.page().evaluate(() => void (location.href = 'allowed.html'))
    await app.page().waitForFunction(() => document.title === 'Allowed')
    await expect.poll(() => app.output()).toContain('port closed')
  })

  test('comes back after its process was killed', async () => {
    const crashed = app.page().waitForEvent('crash')
    await app.control('crashPage')
    await crashed
    await app.reconnect()
    expect(app.output()).toContain('page gone: crashed')
    await expect.poll(() => app.page().title()).toBe('Allowed')
    expect(await app.page().evaluate(() => window.bridge.version)).toBe(3)
  })

  test('reaches nothing outside', async () => {
    const failed = await app
      .page()
      .evaluate(() => fetch('https://elsewhere.example/').then(String, () => 'failed'))
    expect(failed).toBe('failed')
  })
})
