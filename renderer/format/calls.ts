/** What a call is named and how it stands, as text. */
import type { CallKind, CallOutcome } from '../../main/contract/calls.ts'
import type { RunInfo } from '../../main/contract/sessions.ts'
import { escapeInvisible } from './text.ts'

/** `env.from_host` for an import, `sum` for an export; `""` for an export whose name is empty. */
export function formatCallName({ module, name }: { module: string | null; name: string }): string {
  return module === null ? formatExportName(name) : escapeInvisible(`${module}.${name}`)
}

/** The name of an export, which may be empty: then there is still something to be seen. */
export function formatExportName(name: string): string {
  return name === '' ? '""' : escapeInvisible(name)
}

/** A run as it would be written: `sum(223)`. */
export function formatRun({
  exportName,
  argumentTexts,
}: Pick<RunInfo, 'exportName' | 'argumentTexts'>): string {
  return `${formatExportName(exportName)}(${escapeInvisible(argumentTexts.join(', '))})`
}

/** How a run stands, as words. */
export function formatRunState({ state, exitStatus }: RunInfo, isPaused: boolean): string {
  if (exitStatus !== null) return `exited with status ${exitStatus}`
  return state === 'running' && isPaused ? 'paused' : state
}

/** Why a run ended, where its state does not say it all; null otherwise. */
export function explainRun({ error, exitStatus }: RunInfo): string | null {
  return error === null || exitStatus !== null ? null : error.why || error.what
}

/** Whether a run is to be shown as failed. */
export function hasFailed({ state, exitStatus }: RunInfo): boolean {
  return state === 'trapped' || state === 'threw' || (exitStatus !== null && exitStatus !== 0)
}

/** `bad`: it failed. `live`: it is still going on. `done`: it returned, exited, or was cancelled by the user. */
export type OutcomeTone = 'bad' | 'live' | 'done'

export interface OutcomeText {
  text: CallOutcome | 'suspended' | 'paused'
  tone: OutcomeTone
}

/** The outcome as a word: a running call in which the guest is suspended, or held by a pause, reads so. */
export function describeOutcome(call: {
  outcome: CallOutcome
  suspended: boolean
  paused?: boolean
}): OutcomeText {
  if (call.paused) return { text: 'paused', tone: 'live' }
  if (call.outcome === 'running') return { text: call.suspended ? 'suspended' : 'running', tone: 'live' }
  return { text: call.outcome, tone: call.outcome === 'trapped' || call.outcome === 'threw' ? 'bad' : 'done' }
}

const KINDS: Record<CallKind, string> = {
  export: 'export, called by the host',
  import: 'import, called by the guest',
  start: 'start function, called while the guest is instantiated',
}

/** Where a call of this kind leads, for people who do not see the indentation or the colours. */
export function describeKind(kind: CallKind): string {
  return KINDS[kind]
}
