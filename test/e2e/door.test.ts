/** The browser door lets in its own page alone, and checks what comes from it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Packr } from 'msgpackr'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import { expectAtWork, WRONG_MESSAGES } from './wrong-messages.ts'
import type { Answer } from './wrong-messages.ts'

describeOnDrivers(
  'the door refuses',
  (app, errors) => {
    const page = () => app().page
    const packr = new Packr({ useRecords: false })
    const address = () => new URL(page().url())
    const token = () => new URLSearchParams(address().hash.slice(1)).get('token') ?? ''

    /** Runs in a page: connects, sends frames, and gives the first answer, or the code with which it closed. */
    async function connect(
      from: Page,
      protocols: string[],
      frames: number[][],
    ): Promise<{ answer?: number[]; closed?: number }> {
      return from.evaluate(
        ({ host, names, messages }) =>
          new Promise((resolve) => {
            const socket = new WebSocket(`ws://${host}/service`, names)
            socket.binaryType = 'arraybuffer'
            socket.addEventListener('open', () => {
              for (const message of messages) socket.send(Uint8Array.from(message))
            })
            socket.addEventListener('message', ({ data }) => {
              resolve({ answer: [...new Uint8Array(data as ArrayBuffer)] })
              socket.close()
            })
            socket.addEventListener('close', ({ code }) => resolve({ closed: code }))
          }),
        { host: address().host, names: protocols, messages: frames },
      )
    }

    test('a page without the token, or with another one', async () => {
      errors.expect(/WebSocket connection/)
      const frame = [...packr.pack({ t: 'q', i: 'x', m: 'attach', a: [] })]
      for (const protocols of [[], ['jspi-inspector'], ['jspi-inspector', 'a'.repeat(43)]]) {
        expect(await connect(page(), protocols, [frame])).toEqual({ closed: 1006 })
      }
      expect(await connect(page(), ['jspi-inspector', token()], [frame])).toHaveProperty('answer')
    })

    test('a page of another origin, even with the token', async () => {
      const server = createServer((_, response) => response.end('<p>elsewhere</p>')).listen(0, '127.0.0.1')
      const elsewhere = await page().context().newPage()
      await elsewhere.goto(`http://127.0.0.1:${await listeningPort(server)}/`)
      const frame = [...packr.pack({ t: 'q', i: 'x', m: 'attach', a: [] })]
      expect(await connect(elsewhere, ['jspi-inspector', token()], [frame])).toEqual({ closed: 1006 })
      await elsewhere.close()
      server.close()
    })

    test('messages of a wrong shape or size; the next right one is answered', async () => {
      for (const [name, message, code] of WRONG_MESSAGES) {
        const { answer } = await connect(page(), ['jspi-inspector', token()], [[...packr.pack(message)]])
        const heard = packr.unpack(Uint8Array.from(answer ?? [])) as { a?: [Answer['error']]; r?: Answer }
        expect((code ? heard.r?.error : heard.a?.[0])?.code, name).toBe(code ?? 'MESSAGE_INVALID')
      }
      const garbage = await connect(page(), ['jspi-inspector', token()], [[0xc1, 0xff, 0]])
      expect(garbage).toHaveProperty('answer')
      await expectAtWork(page())
    })
  },
  { only: (driver) => driver.name === 'browser door' },
)

async function listeningPort(server: ReturnType<typeof createServer>): Promise<number> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}
