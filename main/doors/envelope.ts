import { UnreadableMessage } from './channel.ts'

/** A request as birpc writes it on the wire. */
export interface RequestMessage {
  t: 'q'
  /** Comes back with the answer. */
  i: string
  m: string
  a: unknown[]
}

/** What came of looking at a message: a request, or the reason why it is none. */
export type Envelope =
  | { request: RequestMessage }
  /** `id` is there where the message has one, so that the answer finds its caller. */
  | { request: null; id: string | null; why: string }

/** birpc makes ids of 21 characters, names are function names: whatever is longer is not ours. */
const TEXT_LIMIT = 64

/**
 * Looks at an incoming message before birpc does, which trusts its shape: a `null` would end the process there.
 * A request without an id is refused as well, since nobody would hear whether it worked.
 */
export function readEnvelope(message: unknown): Envelope {
  if (message instanceof UnreadableMessage) return refuse(null, message.why)
  if (typeof message !== 'object' || message === null) {
    return refuse(null, `expected an object, received ${message === null ? 'null' : typeof message}`)
  }
  const { t: type, i: id, m: name, a: args } = message as Record<string, unknown>
  if (!isShortText(id)) return refuse(null, 'the request has no id (i), a text of at most 64 characters')
  if (type !== 'q') return refuse(id, 'the type (t) is not that of a request ("q")')
  if (!isShortText(name)) return refuse(id, 'the function name (m) is not a text of at most 64 characters')
  if (!Array.isArray(args)) return refuse(id, 'the arguments (a) are not a list')
  return { request: { t: 'q', i: id, m: name, a: args } }
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= TEXT_LIMIT
}

function refuse(id: string | null, why: string): Envelope {
  return { request: null, id, why }
}
