/**
 * A pipe for messages: what birpc asks for (`post`, `on`, `off`), and what a door has to know besides: whether
 * the pipe is still there, and whether the other side keeps up.
 */
export interface Channel {
  /** Sends a message. Throws where the channel cannot carry it; does nothing once the channel is closed. */
  post(message: unknown): void
  /** Hears every message that arrives, an {@link UnreadableMessage} in place of one that cannot be decoded. */
  on(listener: MessageListener): void
  off(listener: MessageListener): void
  /** Runs `listener` once when either side has closed the channel. */
  onClose(listener: () => void): void
  /** Closes the channel, for both sides. */
  close(): void
  /** True while more waits to be sent than is good for this process; what can wait should then wait. */
  readonly congested: boolean
  /** Runs `listener` each time the channel stops being congested. */
  onDrain(listener: () => void): void
}

export type MessageListener = (message: unknown) => void

/** Stands for a message that arrived but could not be decoded. */
export class UnreadableMessage {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}

/** Listeners of one kind, for the channels here. */
export class ListenerSet<Arguments extends unknown[] = []> {
  readonly #listeners = new Set<(...args: Arguments) => void>()

  add(listener: (...args: Arguments) => void): void {
    this.#listeners.add(listener)
  }

  delete(listener: (...args: Arguments) => void): void {
    this.#listeners.delete(listener)
  }

  emit(...args: Arguments): void {
    for (const listener of this.#listeners) listener(...args)
  }
}
