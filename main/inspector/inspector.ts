/** The inspector: makes the service of the contract out of sessions, settings and bundled guests. */
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { makeError } from '../contract/error-codes.ts'
import { DEFAULT_SLICE_MS } from '../contract/limits.ts'
import type { SessionId } from '../contract/ids.ts'
import type { SessionInfo } from '../contract/sessions.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { InspectorService } from '../contract/service.ts'
import type { Inspector, InspectorOptions, PlacedOptions } from './api.ts'
import { Events } from './events.ts'
import { exampleGuestPath, isBundled, listExamples } from './examples.ts'
import { createFilterService } from './filter-service.ts'
import { hashFile } from './host-file.ts'
import { openFiles, placeFiles } from './open-files.ts'
import { createQueryService } from './query-service.ts'
import { createReadingService } from './reading-service.ts'
import type { Session } from './session.ts'
import { Sessions } from './sessions.ts'
import { isSessionFileName } from './session-files.ts'
import { createSavingService } from './saving-service.ts'
import { Settings } from './settings.ts'
import { Uploads } from './uploads.ts'

/** Starts the inspector. Nothing runs before a guest is opened. */
export function createInspector(given: InspectorOptions): Inspector {
  const options: PlacedOptions = { ...given, temporaryFolder: given.temporaryFolder ?? tmpdir() }
  const settings = Settings.load(options.settingsFolder)
  const examples = listExamples(options.guestsFolder)
  const events = new Events()
  const uploads = new Uploads(options.temporaryFolder)
  const sessions = new Sessions(options, settings, events)
  const queries = createQueryService(sessions, events, options)
  const savings = createSavingService(sessions)
  if (options.settingsFolder !== null) void sessions.recover()

  /** Does something to a session, and answers with what it is then. */
  async function change(
    sessionId: SessionId,
    act: (session: Session) => Promise<void>,
  ): Promise<Result<SessionInfo>> {
    const found = sessions.findLive(sessionId)
    if (!found.ok) return found
    await act(found.value)
    return success(found.value.info())
  }

  /** The same at once; what is refused is answered instead. */
  function changeNow(
    sessionId: SessionId,
    act: (session: Session) => Result<null> | void,
  ): Result<SessionInfo> {
    const found = sessions.findLive(sessionId)
    if (!found.ok) return found
    const done = act(found.value)
    return done?.ok === false ? done : success(found.value.info())
  }

  const service: InspectorService = {
    ...createReadingService(sessions, options.version),
    ...createFilterService(sessions, events),
    ...savings.service,
    ...queries.service,
    attach: () =>
      success({
        host: {
          version: options.version,
          nodeVersion: process.versions.node,
          v8Version: process.versions.v8,
          electronVersion: process.versions['electron'] ?? null,
          platform: `${process.platform} ${process.arch}`,
        },
        sessions: sessions.listAll().map((session) => session.info()),
        runs: sessions.list().flatMap((session) => session.runs.list()),
        traces: sessions.listAll().map((session) => session.status()),
        examples,
        recentGuests: settings.recentGuests,
        layout: settings.layout,
        activeSessionId: sessions.activeSessionId,
      }),
    openFiles: (request) => openFiles(request, { sessions, uploads, events }),
    openExample: ({ name }) =>
      sessions.open({ guestPath: exampleGuestPath(options.guestsFolder, name), trustHost: true }),
    trustHostModule: ({ sessionId }) =>
      change(sessionId, async (session) => {
        const hash = session.host.path && (await hashFile(session.host.path))
        if (session.host.path && hash) {
          const saved = await settings.trust(session.host.path, hash)
          if (!saved.ok) events.emit('problem', saved.error)
        }
        await session.load()
      }),
    declineHostModule: ({ sessionId }) =>
      change(sessionId, (session) => {
        session.host.path = null
        return session.load()
      }),
    async setStub({ sessionId, module, name, stub }) {
      const found = sessions.findLive(sessionId)
      if (!found.ok) return found
      const set = found.value.guest.setStub(module, name, stub)
      if (!set.ok) return set
      await found.value.load()
      return success(found.value.info())
    },
    async setStubs({ sessionId, stubs }) {
      const found = sessions.findLive(sessionId)
      if (!found.ok) return found
      const set = found.value.guest.setStubs(stubs)
      if (!set.ok) return set
      await found.value.load()
      return success(found.value.info())
    },
    setReadings: ({ sessionId, module, name, readings }) =>
      changeNow(sessionId, (session) => session.guest.setReadings(module, name, readings)),
    setInterleaved: ({ sessionId, interleaved }) =>
      changeNow(sessionId, (session) => session.settings.setInterleaved(interleaved)),
    setStackCapture: ({ sessionId, enabled }) =>
      changeNow(sessionId, (session) => session.settings.setStackCapture(enabled)),
    async setDebugFile({ sessionId, file }) {
      const found = sessions.findLive(sessionId)
      if (!found.ok) return found
      const placed = await placeFiles(file === null ? [] : [file], uploads)
      if (!placed.ok) return placed
      const set = found.value.guest.setDebugFile(placed.value[0]?.path ?? null)
      return set.ok ? success(found.value.info()) : set
    },
    setRecording: ({ sessionId, enabled }) =>
      changeNow(sessionId, (session) => session.settings.setRecording(enabled)),
    setKeepNewest: ({ sessionId, enabled }) =>
      changeNow(sessionId, (session) => session.settings.setKeepNewest(enabled)),
    setSlices: ({ sessionId, enabled, sliceMs }) =>
      change(sessionId, (session) => {
        session.settings.setSlices(enabled ? (sliceMs ?? DEFAULT_SLICE_MS) : null)
        return session.load()
      }),
    setPaused: ({ sessionId, paused }) => changeNow(sessionId, (session) => session.setPaused(paused)),
    setLimits: ({ sessionId, limits }) =>
      changeNow(sessionId, (session) => session.settings.setLimits(limits)),
    startRun({ sessionId, exportName, argumentTexts, timeoutMs }) {
      const found = sessions.findLive(sessionId)
      if (!found.ok) return found
      return found.value.startRun(sessions.nextRunId(), exportName, argumentTexts, timeoutMs)
    },
    async cancelRun({ runId }) {
      const session = sessions.findRun(runId)
      if (!session) return failure(makeError('RUN_NOT_FOUND'))
      await session.canceller.cancel(runId, makeError('CALL_CANCELLED'))
      const run = session.runs.get(runId)
      return run ? success(run) : failure(makeError('RUN_NOT_FOUND'))
    },
    cancelAllRuns: ({ sessionId }) =>
      change(sessionId, (session) => session.canceller.cancelAll(makeError('CALL_CANCELLED'))),
    endSession: ({ sessionId }) => change(sessionId, (session) => session.end()),
    reloadSession: ({ sessionId }) => change(sessionId, (session) => session.load()),
    async closeSession({ sessionId }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      await sessions.close(found.value)
      return success(null)
    },
    saveLayout: ({ layout }) => settings.saveLayout(layout),
  }

  return {
    service,
    subscribe: (listener) => events.subscribe(listener),
    open: ({
      path,
      hostPath,
      trustHost,
      stubUnbound,
      limits,
      readings,
      sessionPath,
      sliceMs,
      keepsNewest,
    }) => {
      if (isSessionFileName(path)) return sessions.openArchive(resolve(path), false)
      return sessions.open({
        guestPath: resolve(path),
        ...(hostPath === undefined ? {} : { hostPath: resolve(hostPath) }),
        trustHost:
          hostPath !== undefined || trustHost === true || isBundled(options.guestsFolder, resolve(path)),
        stubUnbound: stubUnbound ?? false,
        ...(limits === undefined ? {} : { limits }),
        ...(sessionPath === undefined ? {} : { sessionPath: resolve(sessionPath) }),
        readings: readings ?? [],
        sliceMs: sliceMs ?? null,
        keepsNewest: keepsNewest ?? false,
      })
    },
    openSessionFile: (path, onProgress = () => {}) => sessions.openWholeArchive(path, onProgress),
    streamTrace: (sessionId, write, filter = { kind: 'all' }) => sessions.stream(sessionId, write, filter),
    sendMenuCommand: (name) => events.emit('menuCommand', { name }),
    reportProblem: (error) => events.emit('problem', error),
    async close() {
      await queries.close()
      await savings.close()
      await sessions.closeAll()
      await uploads.remove()
    },
  }
}
