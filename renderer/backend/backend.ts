import { inject } from 'vue'
import type { App, InjectionKey, Ref } from 'vue'
import type {
  InspectorService,
  ServiceEvent,
  ServiceEvents,
  ServiceFunction,
} from '../../main/contract/service.ts'

/** Every function of the service, asked from afar. None of them rejects: what fails is a `Result`. */
export type BackendCalls = {
  [Name in ServiceFunction]: (
    ...request: Parameters<InspectorService[Name]>
  ) => Promise<Awaited<ReturnType<InspectorService[Name]>>>
}

/**
 * `lost`: the connection broke, and another is being tried. `refused`: the inspector is there, but does not
 * take this page for its own; it was started anew since.
 */
export type BackendState = 'connecting' | 'connected' | 'lost' | 'refused'

/** The inspector as the window sees it, whatever door it came in by. */
export interface Backend {
  /**
   * The service's functions. While the first connection is being made they wait for it; while it is lost they
   * answer at once with the failure CONNECTION_LOST.
   */
  readonly call: BackendCalls
  /** Hears an event of the service. Returns a function that ends the subscription. */
  on<Event extends ServiceEvent>(event: Event, handler: ServiceEvents[Event]): () => void
  readonly state: Readonly<Ref<BackendState>>
  /** `desktop window` or `browser door`, for people. */
  readonly door: string
  /** The absolute path of a dropped or chosen file, or '' for one without; absent in a browser. */
  pathForFile?: (file: File) => string
}

const key: InjectionKey<Backend> = Symbol('backend')

/** Makes the backend known to every component of the application. */
export function provideBackend(app: App, backend: Backend): void {
  app.provide(key, backend)
}

/** The backend, in a component's setup. */
export function useBackend(): Backend {
  const backend = inject(key)
  if (!backend) throw new Error('No backend has been provided.')
  return backend
}
