import { createBirpc } from 'birpc'
import * as v from 'valibot'
import { makeError } from '../contract/error-codes.ts'
import { failure } from '../contract/result.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { REQUEST_SCHEMAS } from '../contract/schemas.ts'
import type { ServiceFunction } from '../contract/service.ts'
import type { Inspector } from '../inspector/api.ts'
import type { Channel } from './channel.ts'
import { readEnvelope } from './envelope.ts'
import type { RequestMessage } from './envelope.ts'
import { queueEvents } from './event-queue.ts'
import { createRateLimit } from './rate-limit.ts'

/** Validation messages repeat what was received, which may be long. */
const WHY_LIMIT = 300

type Answer = (...args: unknown[]) => unknown

/**
 * Lets the client at the other end of `channel` call the inspector's service and hear its events, until the
 * channel is closed or the returned function is called. Whatever arrives, it neither throws nor harms another
 * client: what is no request of the contract is answered with MESSAGE_INVALID, FUNCTION_UNKNOWN or
 * MESSAGE_RATE (as a `problem` event where there is no id to answer to), an unexpected throw with INTERNAL.
 */
export function serveClient(inspector: Inspector, channel: Channel): () => void {
  const functions = createFunctionTable(inspector)
  const rateLimit = createRateLimit()
  const events = queueEvents(channel, (name, payload) => post({ t: 'q', m: name, a: [payload] }))
  const unsubscribe = inspector.subscribe(events)

  const rpc = createBirpc<Record<string, Answer>, Record<string, Answer>, false>(functions, {
    post,
    on: (receive) => channel.on((message) => admit(message, receive)),
    resolver: (name) => (Object.hasOwn(functions, name) ? functions[name] : () => refuseName(name)),
    bind: 'functions',
    timeout: -1,
    proxify: false,
  })
  channel.onClose(() => {
    unsubscribe()
    rpc.$close()
  })
  return () => channel.close()

  function admit(message: unknown, receive: (request: RequestMessage) => void): void {
    const envelope = readEnvelope(message)
    const id = envelope.request ? envelope.request.i : envelope.id
    if (!rateLimit.admit()) {
      refuse(id, makeError('MESSAGE_RATE'))
    } else if (envelope.request) {
      receive(envelope.request)
    } else {
      refuse(id, makeError('MESSAGE_INVALID', { why: `The message is no request: ${envelope.why}.` }))
    }
  }

  function refuse(id: string | null, error: InspectorError): void {
    if (id === null) events.problem(error)
    else post({ t: 's', i: id, r: failure(error) })
  }

  function post(message: unknown): void {
    try {
      channel.post(message)
    } catch (error) {
      postInstead(message as { t: string; i?: string }, describeInternal(error))
    }
  }

  /** An answer that the channel cannot carry still has a caller who waits. */
  function postInstead(message: { t: string; i?: string }, error: InspectorError): void {
    try {
      if (message.t === 's') channel.post({ t: 's', i: message.i, r: failure(error) })
      else channel.post({ t: 'q', m: 'problem', a: [error] })
    } catch {
      // It cannot even carry plain text: the other side is gone, and `onClose` is about to say so.
    }
  }
}

/**
 * The functions of the contract and no others, on an object that inherits nothing: a name such as `toString`
 * finds nothing here.
 */
function createFunctionTable(inspector: Inspector): Record<string, Answer> {
  const functions: Record<string, Answer> = Object.create(null)
  for (const name of Object.keys(REQUEST_SCHEMAS) as ServiceFunction[]) {
    functions[name] = (...args) => callService(inspector, name, args)
  }
  return functions
}

async function callService(
  inspector: Inspector,
  name: ServiceFunction,
  args: unknown[],
): Promise<Result<unknown>> {
  const parsed = v.safeParse(REQUEST_SCHEMAS[name], args, { abortEarly: true })
  if (!parsed.success) return failure(makeError('MESSAGE_INVALID', { why: explain(name, parsed.issues[0]) }))
  try {
    const call = inspector.service[name] as (...args: unknown[]) => Result<unknown> | Promise<Result<unknown>>
    return await call.apply(inspector.service, parsed.output)
  } catch (error) {
    return failure(describeInternal(error))
  }
}

/** Every function takes one object, called `request` here: `openFiles: request.files.0.path: Invalid length`. */
function explain(name: string, issue: v.BaseIssue<unknown>): string {
  const path = ['request', ...(issue.path ?? []).slice(1).map((item) => String(item.key))].join('.')
  return `${name}: ${issue.path ? `${path}: ` : ''}${issue.message}`.slice(0, WHY_LIMIT) + '.'
}

function refuseName(name: string): Result<never> {
  return failure(makeError('FUNCTION_UNKNOWN', { why: `It was called "${name}".` }))
}

function describeInternal(error: unknown): InspectorError {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return makeError('INTERNAL', { cause })
}
