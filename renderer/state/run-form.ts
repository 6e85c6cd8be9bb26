import { computed, shallowReactive, shallowRef, toValue } from 'vue'
import type { ComputedRef, MaybeRefOrGetter } from 'vue'
import type { ExportInfo, ParameterInfo } from '../../main/contract/guests.ts'
import type { RunId, SessionId } from '../../main/contract/ids.ts'
import type { SessionInfo } from '../../main/contract/sessions.ts'
import type { InspectorError } from '../../main/contract/result.ts'
import { SHOWN_LIMIT } from './found-entries.ts'

const chosenNames = shallowReactive(new Map<SessionId, string>())
const typedTexts = shallowReactive(new Map<string, readonly string[]>())

/** The run that the user clicked last: Cancel means it while it is in flight. */
export const chosenRunId = shallowRef<RunId | null>(null)

/** The exported functions; those that cannot be called say why in `notCallable`. */
export function listFunctions(session: SessionInfo): ExportInfo[] {
  return session.exports.filter((item) => item.kind === 'function')
}

/** Whether an export is a function that can be called from JavaScript. */
export function isCallable(item: ExportInfo): boolean {
  return item.kind === 'function' && item.notCallable === undefined
}

/** The functions that are offered for choice: of many the first, and the chosen one. */
export function listChoices(functions: readonly ExportInfo[], chosen: ExportInfo | null): ExportInfo[] {
  const first = functions.slice(0, SHOWN_LIMIT)
  return chosen === null || first.includes(chosen) ? first : [...first, chosen]
}

/** The export that Run calls: the one that the user chose, else the first that looks meant for it. */
export function useChosenExport(session: MaybeRefOrGetter<SessionInfo>): ComputedRef<ExportInfo | null> {
  return computed(() => {
    const { sessionId } = toValue(session)
    const callable = toValue(session).exports.filter(isCallable)
    return (
      callable.find((item) => item.name === chosenNames.get(sessionId)) ??
      callable.find((item) => item.name === '_start') ??
      callable.find((item) => !item.name.startsWith('_')) ??
      callable[0] ??
      null
    )
  })
}

/** Chooses the export that Run calls. */
export function chooseExport(sessionId: SessionId, name: string): void {
  chosenNames.set(sessionId, name)
}

/** What stands in the argument fields of an export: one text for each parameter, kept for each export. */
export function readArgumentTexts(sessionId: SessionId, item: ExportInfo): readonly string[] {
  const params = item.signature?.params ?? []
  const kept = typedTexts.get(keyOf(sessionId, item))
  return kept?.length === params.length ? kept : params.map(({ type }) => firstText(type))
}

/** Takes over what the user typed into an argument field, counted from 0. */
export function typeArgument(sessionId: SessionId, item: ExportInfo, index: number, text: string): void {
  typedTexts.set(keyOf(sessionId, item), readArgumentTexts(sessionId, item).with(index, text))
}

function keyOf(sessionId: SessionId, item: ExportInfo): string {
  return `${sessionId} ${item.name}`
}

/** What stands in a field at first: one, because with it more guests do something than with zero. */
function firstText(type: string): string {
  return isNumeric(type) ? '1' : zeroText(type)
}

/** Zero or null of a type, as it is typed. */
export function zeroText(type: string): string {
  return isNumeric(type) ? '0' : 'null'
}

function isNumeric(type: string): boolean {
  return /^[if](32|64)$/.test(type)
}

/**
 * The parameter that a refusal speaks of, counted from 0; null where it speaks of none. Its `why` begins with
 * the parameter's name, or with `Argument 2` where it has none.
 */
export function findFaultyArgument(error: InspectorError, params: readonly ParameterInfo[]): number | null {
  if (!error.code.startsWith('ARGUMENT_')) return null
  const index = params.findIndex((param, at) =>
    error.why.startsWith(`${param.name ?? `Argument ${at + 1}`} (`),
  )
  return index < 0 ? null : index
}
