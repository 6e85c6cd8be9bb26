/** The inspector itself, and what it keeps for its window. */

/** What the inspector runs on. */
export interface HostInfo {
  version: string
  nodeVersion: string
  v8Version: string
  electronVersion: string | null
  platform: string
}

/** Sizes and visibility of panes, by name: kept for the next start. */
export type Layout = Record<string, number | boolean>
