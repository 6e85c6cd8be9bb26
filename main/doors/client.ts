import { createBirpc } from 'birpc'
import type { InspectorService, ServiceFunction } from '../contract/service.ts'
import type { EventListener } from '../inspector/api.ts'
import type { Channel } from './channel.ts'

/** The service as a client behind a channel sees it: every function answers with a promise. */
export interface Client {
  /** Calls a function of the contract. Rejects only when the channel is closed. */
  call<Name extends ServiceFunction>(
    name: Name,
    ...request: Parameters<InspectorService[Name]>
  ): Promise<Awaited<ReturnType<InspectorService[Name]>>>
  /** Closes the channel; calls that wait for their answer reject. */
  close(): void
}

/** Connects to the service at the other end of `channel`; `listener` hears its events. */
export function connectClient(channel: Channel, listener: EventListener = {}): Client {
  const rpc = createBirpc<InspectorService, EventListener, false>(listener, {
    post: (message) => channel.post(message),
    on: (receive) => channel.on(receive),
    off: (receive) => channel.off(receive),
    // An event that this client does not hear is none of its concern; without this it would be an error.
    resolver: (name, heard) => (Object.hasOwn(listener, name) ? heard : ignoreEvent),
    bind: 'functions',
    timeout: -1,
    proxify: false,
  })
  channel.onClose(() => rpc.$close(new Error('The connection to the inspector is closed.')))
  return {
    call: (name, ...request) => rpc.$call(name, ...request),
    close: () => channel.close(),
  }
}

function ignoreEvent(): void {}
