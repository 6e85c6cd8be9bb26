/**
 * The file format of speedscope: an evented profile for each track, in which frames open and close. After the schema
 * that speedscope publishes, https://www.speedscope.app/file-format-schema.json.
 *
 * Frames have no values and no split of their time. So the time in which a guest is suspended is a frame of its own, and
 * what an import has besides is the host's, what an export has besides is the guest's.
 */
import type { CallId } from '../../contract/ids.ts'
import type { ExportSource, TraceWriter } from './encoder.ts'
import { endOf, nameOf } from './encoder.ts'
import { sortByTrack } from './sort-by-track.ts'
import { nameTrack } from './tracks.ts'

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json'
/** Its place among the frames; those of functions follow. */
const SUSPENDED_FRAME = 0

/** Writes the profiles. Which frames there are comes last, when all of them are known. */
export function* writeSpeedscope(source: ExportSource): TraceWriter {
  const { calls, snapshot, guestName, version } = source
  const { tracks, latestNs } = yield* sortByTrack(source)
  const startValue = snapshot.callCount === 0 ? 0 : Math.round(calls.startOf(1))
  const exporter = `jspi-inspector@${version}`
  let doneCount = snapshot.callCount >>> 1
  let content = `{"$schema":"${SCHEMA}",${format({ exporter, name: guestName })},"profiles":[`
  for (const [index, { track, ids }] of tracks.entries()) {
    const profile = {
      type: 'evented',
      name: nameTrack(source, track),
      unit: 'nanoseconds',
      startValue,
      endValue: Math.max(startValue, Math.round(latestNs)),
    }
    content += `${index > 0 ? ',' : ''}\n{${format(profile)},"events":[`
    const events = new Events(source, startValue)
    for (const [count, id] of ids.entries()) {
      events.enter(id)
      content += events.take()
      yield { content, doneCount: doneCount + ((count + 1) >>> 1) }
      content = ''
    }
    doneCount += ids.length >>> 1
    events.closeAll()
    content += `${events.take()}\n]}`
  }
  const frames = [{ name: '(suspended)' }, ...calls.definitions.map((defined) => ({ name: nameOf(defined) }))]
  yield { content: `${content}\n],${format({ shared: { frames } })}}\n`, doneCount: snapshot.callCount }
}

interface OpenFrame {
  id: CallId
  /** Null for a call that is not wanted: it only takes up its time. */
  frame: number | null
  endNs: number
  /** From then on the guest is suspended, but for what is called back. */
  suspendedFromNs: number
}

/** The events of a track, whose calls come in order of entry. */
class Events {
  readonly #source: ExportSource
  readonly #open: OpenFrame[] = []
  #text = ''
  #separator = ''
  /** Of the last event. None is earlier than one before it, whatever the calls say. */
  #lastNs: number

  constructor(source: ExportSource, startNs: number) {
    this.#source = source
    this.#lastNs = startNs
  }

  enter(id: CallId): void {
    const { calls, snapshot, isWanted } = this.#source
    const parent = calls.parentOf(id)
    while (this.#open.length > 0 && this.#open.at(-1)!.id !== parent) this.#close()
    const startNs = calls.startOf(id)
    this.#suspend(startNs)
    const frame = isWanted(id) ? SUSPENDED_FRAME + 1 + calls.functionIndexOf(id) : null
    this.#write('O', frame, startNs)
    this.#open.push({
      id,
      frame,
      endNs: endOf(this.#source, id),
      suspendedFromNs:
        frame !== null && calls.kindOf(id) === 'import'
          ? startNs + calls.timesOf(id, snapshot.nowNs).hostNs
          : Infinity,
    })
  }

  closeAll(): void {
    while (this.#open.length > 0) this.#close()
  }

  /** What was written since it was taken last. */
  take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }

  #close(): void {
    const { frame, endNs } = this.#open.at(-1)!
    this.#suspend(endNs)
    this.#open.pop()
    this.#write('C', frame, endNs)
  }

  /** Shows how long the guest was suspended in the innermost call, since the last event and up to `untilNs`. */
  #suspend(untilNs: number): void {
    const suspendedFromNs = this.#open.at(-1)?.suspendedFromNs ?? Infinity
    if (Math.round(untilNs) <= Math.max(this.#lastNs, Math.round(suspendedFromNs))) return
    this.#write('O', SUSPENDED_FRAME, suspendedFromNs)
    this.#write('C', SUSPENDED_FRAME, untilNs)
  }

  #write(type: 'O' | 'C', frame: number | null, atNs: number): void {
    this.#lastNs = Math.max(this.#lastNs, Math.round(atNs))
    if (frame === null) return
    this.#text += `${this.#separator}\n{"type":"${type}","frame":${frame},"at":${this.#lastNs}}`
    this.#separator = ','
  }
}

/** The fields of an object, without its braces. */
function format(fields: object): string {
  return JSON.stringify(fields).slice(1, -1)
}
