import type { ServiceEvent, ServiceEvents } from '../contract/service.ts'
import type { EventListener } from './api.ts'

/** Passes events on to whoever listens. Listeners do not throw: a door keeps its own failures. */
export class Events {
  readonly #listeners = new Set<EventListener>()

  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit<Event extends ServiceEvent>(event: Event, payload: Parameters<ServiceEvents[Event]>[0]): void {
    for (const listener of this.#listeners) {
      const hear = listener[event] as ((payload: unknown) => void) | undefined
      hear?.(payload)
    }
  }
}
