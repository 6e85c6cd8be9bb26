import type { SessionLimits } from '../contract/limits.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import type { Filter } from '../filter/model.ts'
import type { MenuCommand, InspectorService, ServiceEvents } from '../contract/service.ts'
import type { SessionId } from '../contract/ids.ts'
import type { SessionInfo } from '../contract/sessions.ts'

/** Hears events; what it does not care about it leaves out. */
export type EventListener = Partial<ServiceEvents>

/** What the inspector is started with. */
export interface InspectorOptions {
  /** The entry of the worker thread: main/host/worker.ts, or its built form. */
  workerUrl: URL
  /** The program of the process that answers SQL: main/sql/query-process.ts, or its built form. */
  queryProcessUrl: URL
  /** The folder of bundled guests. */
  guestsFolder: string
  /** Where recent guests, allowed host modules and the layout are kept; null keeps them in memory only. */
  settingsFolder: string | null
  /** Of the product. */
  version: string
  /** Memory that one session's trace may take; what is longer goes to disk. */
  traceLimitBytes?: number
  /** Where it goes to: the system's folder for temporary files, unless told otherwise. */
  temporaryFolder?: string
}

/** The same, with a folder for temporary files in any case. */
export type PlacedOptions = InspectorOptions & Required<Pick<InspectorOptions, 'temporaryFolder'>>

/** A guest as the owner of the process names it: on the command line, in the menu, by file association. */
export interface OpenRequest {
  path: string
  /** Instead of the host module found beside the guest. Named by the user, so it is allowed to run. */
  hostPath?: string
  /** Allows the host module found beside the guest as well. */
  trustHost?: boolean
  /** Binds every import that nobody else binds to a stub that returns zeros. */
  stubUnbound?: boolean
  /** Other limits than the default ones. */
  limits?: Partial<SessionLimits>
  /** Where the trace is to be written as it grows: a session file, which {@link Inspector.open} opens again. */
  sessionPath?: string
  /** Stops a guest that computes after slices of so many milliseconds; see `setSlices` of the service. */
  sliceMs?: number
  /** Keeps the newest calls when the disk is behind; see `setKeepNewest` of the service. */
  keepsNewest?: boolean
  /** How imports are to be read. What does not fit the guest fails the session. */
  readings?: readonly NamedReadings[]
}

/** Readings (docs/readings.md) for an import named `module.name`. */
export interface NamedReadings {
  importName: string
  readings: string
}

/** The inspector as the process that owns it sees it; clients behind a door see only `service` and events. */
export interface Inspector {
  readonly service: InspectorService
  /** Returns a function that ends the subscription. */
  subscribe(listener: EventListener): () => void
  /** Opens a guest and shows it to every client. Fails as a value only where there is no session to show. */
  open(request: OpenRequest): Promise<Result<SessionInfo>>
  /** Opens a session file, whatever its name, and waits until it has been read; `onProgress` is told how far that is. */
  openSessionFile(
    path: string,
    onProgress?: (readBytes: number, totalBytes: number) => void,
  ): Promise<Result<SessionInfo>>
  /**
   * Hands over the session's trace as JSON Lines while it grows: each call once, when it ends, and those still
   * running when the session ends; of a filter (docs/filters.md) those for which it holds then. Returns a function that
   * stops it.
   */
  streamTrace(sessionId: SessionId, write: (lines: string) => void, filter?: Filter): () => void
  /** Passes a choice in the application's menu on to the clients. */
  sendMenuCommand(name: MenuCommand): void
  /** Tells the clients of a failure that none of them asked about. */
  reportProblem(error: InspectorError): void
  /** Ends every session. */
  close(): Promise<void>
}
