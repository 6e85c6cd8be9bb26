/** Sends spans to a collector of OpenTelemetry, by OTLP over HTTP with JSON. */
import { makeError } from '../contract/error-codes.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'

const SIGNAL_PATH = '/v1/traces'
/** What OTLP says may be tried again. */
const RETRIED_STATUSES = new Set([429, 502, 503, 504])
const TRY_LIMIT = 6
/** The first wait where the collector names none; each further one is twice as long. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 60_000
const ANSWER_LIMIT_MS = 30_000
const TEXT_LIMIT = 200

/** Where a collector takes spans, by its own address or that with the path. Null where it is no such address. */
export function toTracesUrl(text: string): URL | null {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) return null
  if (!url.pathname.endsWith(SIGNAL_PATH)) url.pathname = url.pathname.replace(/\/*$/, SIGNAL_PATH)
  return url
}

/**
 * Sends a request, and again where the collector has no time for it, after as long as it asks for. Fails with
 * TRACE_SEND_FAILED.
 */
export async function sendSpans(url: URL, body: string): Promise<Result<null>> {
  const fail = (why: string) => failure(makeError('TRACE_SEND_FAILED', { why: `${url.href}: ${why}` }))
  for (let tries = 1; ; tries++) {
    let response: Response
    let text: string
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      })
      text = await response.text()
    } catch (error) {
      const { message, cause } = error as Error
      return fail(`${cause instanceof Error ? cause.message : message}.`)
    }
    if (response.ok) {
      const refusal = readRefusal(text)
      return refusal === null ? success(null) : fail(refusal)
    }
    if (!RETRIED_STATUSES.has(response.status) || tries === TRY_LIMIT) {
      return fail(`Status ${response.status}. ${text.trim().slice(0, TEXT_LIMIT)}`.trim())
    }
    const asked = readRetryAfter(response.headers.get('retry-after'), Date.now())
    const waitMs = Math.min(LONGEST_WAIT_MS, asked ?? FIRST_WAIT_MS * 2 ** (tries - 1))
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/** Seconds, or a date, as milliseconds from now; null where it is neither (RFC 9110, 10.2.3). */
function readRetryAfter(text: string | null, nowMs: number): number | null {
  if (text === null) return null
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs)
}

/** A collector that takes some of the spans answers with status 200 all the same. */
function readRefusal(text: string): string | null {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return null
  }
  const { rejectedSpans = 0, errorMessage = '' } =
    (answer as { partialSuccess?: { rejectedSpans?: string | number; errorMessage?: string } } | null)
      ?.partialSuccess ?? {}
  return Number(rejectedSpans) > 0 ? `It refused ${rejectedSpans} calls. ${errorMessage}`.trim() : null
}
