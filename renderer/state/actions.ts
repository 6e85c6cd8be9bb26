import type { SessionLimits } from '../../main/contract/limits.ts'
import type { ImportInfo, Stub } from '../../main/contract/guests.ts'
import type { SessionId } from '../../main/contract/ids.ts'
import type { RunInfo, SessionInfo } from '../../main/contract/sessions.ts'
import type { Result } from '../../main/contract/result.ts'
import { useBackend } from '../backend/backend.ts'
import { zeroStub } from './bindings.ts'
import { referToFile, referToFiles } from './opening.ts'
import { reportProblem } from './problems.ts'
import { activeSessionId, isExamplePath, openedPath, putRun, sessions, updateSessions } from './sessions.ts'

/** What a user can have done to guests, sessions and runs. Failures are shown as problems. */
export function useActions() {
  const { call, pathForFile } = useBackend()

  return {
    /** Opens dropped or chosen files, and shows the session of the last guest among them. */
    async openFiles(files: readonly File[]): Promise<void> {
      const references = await referToFiles(files, pathForFile)
      if (!references.ok) {
        reportProblem(references.error)
        return
      }
      const active = activeSessionId.value
      showOpened(
        await call.openFiles({ files: references.value, ...(active !== null && { sessionId: active }) }),
      )
    },
    /** A guest that is open already is shown, not opened once more. */
    async openRecent(path: string): Promise<void> {
      if (showOpen((guestPath) => guestPath === path)) return
      showOpened(await call.openFiles({ files: [{ path }] }))
    },
    async openExample(name: string): Promise<void> {
      if (showOpen((guestPath) => isExamplePath(guestPath, name))) return
      const opened = await call.openExample({ name })
      showOpened(opened.ok ? { ok: true, value: [opened.value] } : opened)
    },
    trustHostModule: (sessionId: SessionId) => takeSession(call.trustHostModule({ sessionId })),
    declineHostModule: (sessionId: SessionId) => takeSession(call.declineHostModule({ sessionId })),
    setStub: (sessionId: SessionId, module: string, name: string, stub: Stub | null) =>
      call.setStub({ sessionId, module, name, stub }),
    /** Gives imports the stubs that answer with zeros. */
    stubWithZeros: (sessionId: SessionId, items: readonly ImportInfo[]) =>
      takeSession(
        call.setStubs({
          sessionId,
          stubs: items.map((item) => ({ module: item.module, name: item.name, stub: zeroStub(item) })),
        }),
      ),
    /** Answers with the refusal, which belongs to the editor. */
    async setReadings(
      sessionId: SessionId,
      { module, name }: { module: string; name: string },
      readings: string | null,
    ): Promise<Result<SessionInfo>> {
      const set = await call.setReadings({ sessionId, module, name, readings })
      if (set.ok) updateSessions([set.value])
      return set
    },
    /** Answers with the refusal, which belongs to the stack; null: no file of the user's any more. */
    async setDebugFile(sessionId: SessionId, file: File | null): Promise<Result<SessionInfo>> {
      const reference = file === null ? null : await referToFile(file, pathForFile)
      if (reference && !reference.ok) return reference
      const set = await call.setDebugFile({ sessionId, file: reference?.value ?? null })
      if (set.ok) updateSessions([set.value])
      return set
    },
    setStackCapture: (sessionId: SessionId, enabled: boolean) =>
      takeSession(call.setStackCapture({ sessionId, enabled })),
    setRecording: (sessionId: SessionId, enabled: boolean) =>
      takeSession(call.setRecording({ sessionId, enabled })),
    setKeepNewest: (sessionId: SessionId, enabled: boolean) =>
      takeSession(call.setKeepNewest({ sessionId, enabled })),
    /** Reloads the session. */
    setSlices: (sessionId: SessionId, enabled: boolean) =>
      takeSession(call.setSlices({ sessionId, enabled })),
    setPaused: (sessionId: SessionId, paused: boolean) => takeSession(call.setPaused({ sessionId, paused })),
    setInterleaved: (sessionId: SessionId, interleaved: boolean) =>
      takeSession(call.setInterleaved({ sessionId, interleaved })),
    setLimits: (sessionId: SessionId, limits: Partial<SessionLimits>) =>
      takeSession(call.setLimits({ sessionId, limits })),
    cancelAllRuns: (sessionId: SessionId) => takeSession(call.cancelAllRuns({ sessionId })),
    endSession: (sessionId: SessionId) => takeSession(call.endSession({ sessionId })),
    reloadSession: (sessionId: SessionId) => takeSession(call.reloadSession({ sessionId })),
    async closeSession(sessionId: SessionId): Promise<void> {
      const closed = await call.closeSession({ sessionId })
      if (!closed.ok) reportProblem(closed.error)
    },
    /** Answers with the refusal, which belongs to the argument fields. */
    async startRun(
      sessionId: SessionId,
      exportName: string,
      argumentTexts: readonly string[],
    ): Promise<Result<RunInfo>> {
      const started = await call.startRun({ sessionId, exportName, argumentTexts: [...argumentTexts] })
      if (started.ok) putRun(started.value)
      return started
    },
    async cancelRun(run: RunInfo): Promise<void> {
      const cancelled = await call.cancelRun({ runId: run.runId })
      if (cancelled.ok) putRun(cancelled.value)
      else if (cancelled.error.code !== 'RUN_NOT_FOUND') reportProblem(cancelled.error)
    },
  }
}

async function takeSession(answer: Promise<Result<SessionInfo>>): Promise<boolean> {
  const result = await answer
  if (result.ok) updateSessions([result.value])
  else reportProblem(result.error)
  return result.ok
}

function showOpen(isWanted: (guestPath: string) => boolean): boolean {
  const open = sessions.value.findLast((session) => {
    const path = openedPath(session)
    return path !== undefined && isWanted(path)
  })
  if (open) activeSessionId.value = open.sessionId
  return open !== undefined
}

/** Makes the last of the sessions that were opened the one that the window shows. */
function showOpened(opened: Result<SessionInfo[]>): void {
  if (!opened.ok) {
    reportProblem(opened.error)
    return
  }
  const present = updateSessions(opened.value)
  activeSessionId.value = present.at(-1)?.sessionId ?? activeSessionId.value
}
