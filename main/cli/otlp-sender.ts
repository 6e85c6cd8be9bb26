/**
 * Sends spans to a collector of OpenTelemetry, by OTLP over HTTP with JSON: https://opentelemetry.io/docs/specs/otlp/#otlphttp.
 * What that says of answers, of trying again and of partial success is done here.
 */
import { makeError } from '../contract/error-codes.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'

const SIGNAL_PATH = '/v1/traces'
/** What OTLP says may be tried again. */
const RETRIED_STATUSES = new Set([429, 502, 503, 504])
/** Ways in which a connection fails that may pass: nobody listens yet, or it broke before an answer. */
const PASSING_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
])
const TRY_LIMIT = 6
/** Fewer, so that a wrong address is told within some seconds. */
const CONNECTION_TRY_LIMIT = 4
/** The first wait where the collector names none, about; each further one is twice as long. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 60_000
const ANSWER_LIMIT_MS = 30_000
const TEXT_LIMIT = 200

/** How a try went. Only what may pass is tried again, `waitMs` later where the collector named a time. */
type Attempt = { answer: string } | { why: string; tryLimit: number; waitMs?: number | null }

/** Where a collector takes spans, by its own address or that with the path. Null where it is no such address. */
export function toTracesUrl(text: string): URL | null {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) return null
  if (!url.pathname.endsWith(SIGNAL_PATH)) url.pathname = url.pathname.replace(/\/*$/, SIGNAL_PATH)
  return url
}

/** Sends the requests of one export. `version` is the inspector's own. */
export class SpanSender {
  readonly #url: URL
  readonly #userAgent: string
  #refusedCount = 0
  /** What the collector first said of it. */
  #refusedWhy = ''

  constructor(url: URL, version: string) {
    this.#url = url
    this.#userAgent = `jspi-inspector/${version}`
  }

  /**
   * Sends a request, and again where the collector cannot be reached or has no time for it, after as long as it asks for.
   * Fails with TRACE_SEND_FAILED. Spans that the collector refuses of a request that it takes are no failure here.
   */
  async send(body: string): Promise<Result<null>> {
    for (let tries = 1; ; tries++) {
      const attempt = await this.#try(body)
      if ('answer' in attempt) {
        this.#countRefused(attempt.answer)
        return success(null)
      }
      const waitMs = attempt.waitMs ?? chooseWait(tries)
      if (tries >= attempt.tryLimit) return this.#fail(attempt.why)
      if (waitMs > LONGEST_WAIT_MS) {
        return this.#fail(`${attempt.why} It asks to wait for ${Math.ceil(waitMs / 1000)} s.`)
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }

  /** Fails with TRACE_SEND_FAILED where the collector has refused spans. */
  finish(): Result<null> {
    if (this.#refusedCount === 0) return success(null)
    return this.#fail(`It refused ${this.#refusedCount} calls. ${this.#refusedWhy}`.trim())
  }

  async #try(body: string): Promise<Attempt> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': this.#userAgent },
        body,
        // Followed, it would ask for a page of another address, and take that for the collector's answer.
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      })
      const text = await response.text()
      return response.ok ? { answer: text } : describeRefusal(response, text)
    } catch (error) {
      return describeLostConnection(error as Error)
    }
  }

  /** A collector that takes some of the spans answers with status 200 all the same. They must not be sent again. */
  #countRefused(text: string): void {
    const { partialSuccess } = parseObject(text) as {
      partialSuccess?: { rejectedSpans?: string | number; errorMessage?: string }
    }
    const count = Number(partialSuccess?.rejectedSpans ?? 0)
    if (!(count > 0)) return
    this.#refusedCount += count
    this.#refusedWhy ||= partialSuccess?.errorMessage ?? ''
  }

  #fail(why: string): Result<never> {
    return failure(makeError('TRACE_SEND_FAILED', { why: `${this.#url.href}: ${why}` }))
  }
}

function describeRefusal({ status, headers }: Response, text: string): Attempt {
  const { message } = parseObject(text) as { message?: unknown }
  const said = typeof message === 'string' ? message : text.trim()
  const location = headers.get('location')
  const pointer = location === null ? '' : `It points to ${location}.`
  return {
    why: [`Status ${status}.`, said.slice(0, TEXT_LIMIT), pointer].filter((part) => part !== '').join(' '),
    tryLimit: RETRIED_STATUSES.has(status) ? TRY_LIMIT : 1,
    waitMs: readRetryAfter(headers.get('retry-after'), Date.now()),
  }
}

function describeLostConnection({ message, cause }: Error): Attempt {
  // A host with several addresses has a failure of each.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause
  const code = (first as { code?: string } | undefined)?.code ?? ''
  return {
    why: `${first instanceof Error ? first.message : message}.`,
    tryLimit: PASSING_CODES.has(code) ? CONNECTION_TRY_LIMIT : 1,
  }
}

/** Grows with each try, and differs between those who were turned away together. */
function chooseWait(tries: number): number {
  return FIRST_WAIT_MS * 2 ** (tries - 1) * (0.75 + Math.random() / 2)
}

/** Seconds, or a date, as milliseconds from now; null where it is neither (RFC 9110, 10.2.3). */
function readRetryAfter(text: string | null, nowMs: number): number | null {
  if (text === null) return null
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs)
}

/** An object of JSON, or one without anything. */
function parseObject(text: string): object {
  try {
    return Object(JSON.parse(text)) as object
  } catch {
    return {}
  }
}
