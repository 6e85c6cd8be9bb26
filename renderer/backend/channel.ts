/** One open connection: moves messages, and says when it has ended. */
export interface Channel {
  post(message: unknown): void
  /** Hears every message that arrives from now on. */
  listen(handler: (message: unknown) => void): void
  /** Runs once, when the connection has ended by itself or by the other side. */
  onClosed(handler: () => void): void
}

/** Why a connection is not opened, where it is not just that nobody answers. */
export class ConnectionRefused extends Error {}

/** Opens a connection; rejects where that fails. Asked again after a connection was lost. */
export type OpenChannel = () => Promise<Channel>
