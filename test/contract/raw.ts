import type { Result } from '../../main/contract/result.ts'
import type { Channel } from '../../main/doors/channel.ts'

interface WireMessage {
  t: string
  i?: string
  m?: string
  a?: unknown[]
  r?: Result<unknown>
}

let lastId = 0

export function nextId(): string {
  lastId += 1
  return `raw-${lastId}`
}

/** Posts a message as it is, and resolves with the answer that carries its id. */
export function ask(channel: Channel, message: { i: string }): Promise<Result<unknown>> {
  const answered = waitFor(channel, (answer) => answer.t === 's' && answer.i === message.i)
  channel.post(message)
  return answered.then(({ r }) => r as Result<unknown>)
}

/** Calls a function with arguments of any shape. */
export function call(channel: Channel, name: string, args: unknown): Promise<Result<unknown>> {
  return ask(channel, { t: 'q', i: nextId(), m: name, a: args } as { i: string })
}

/** Posts a message that nobody can answer to, and resolves with the code of the problem that is told instead. */
export async function postForProblem(channel: Channel, message: unknown): Promise<string> {
  const told = waitFor(channel, (event) => event.t === 'q' && event.m === 'problem')
  channel.post(message)
  const [error] = (await told).a as [{ code: string }]
  return error.code
}

function waitFor(channel: Channel, matches: (message: WireMessage) => boolean): Promise<WireMessage> {
  return new Promise((resolve) => {
    channel.on(function listener(message) {
      if (!matches(message as WireMessage)) return
      channel.off(listener)
      resolve(message as WireMessage)
    })
  })
}

/** The error's code, or `ok`. */
export function codeOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.error.code
}
