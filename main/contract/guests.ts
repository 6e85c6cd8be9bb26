/** Guests and host modules, and how they fit together. Plain data, safe on every channel. */

/** A parameter of an export or import. */
export interface ParameterInfo {
  type: string
  /** From the module's name section, where it has one. */
  name?: string
  /** What to type for a value of this type, as a placeholder. */
  hint: string
}

export interface SignatureInfo {
  params: ParameterInfo[]
  results: string[]
}

export type ExternKind = 'function' | 'memory' | 'table' | 'global' | 'tag'

export interface ExportInfo {
  name: string
  kind: ExternKind
  /** `(i32) → i32`, `memory 17 pages`. */
  typeText: string
  /** Functions only. */
  signature?: SignatureInfo
  /** Why the function cannot be called from JavaScript, where it cannot. */
  notCallable?: string
}

/** A stand-in for an import handler. */
export type Stub =
  | {
      kind: 'return'
      /** One text for each result, as arguments are typed. */
      values: string[]
      delayMs: number
    }
  | { kind: 'throw'; message: string; delayMs: number }

/** What an import is bound to. */
export type Binding =
  | { by: 'nobody' }
  | {
      by: 'host'
      /** False for a handler marked with `sync()`. */
      suspending: boolean
      file: string
      /** From 1; absent where the source does not show it. */
      line?: number
    }
  | { by: 'stub'; stub: Stub }
  /** A memory, table, global or tag that the inspector made to fit. */
  | { by: 'inspector' }

export interface ImportInfo {
  module: string
  name: string
  kind: ExternKind
  typeText: string
  signature?: SignatureInfo
  binding: Binding
  /** How arguments, results and memory are read, and who said so; absent where they are shown as they are. */
  readings?: ImportReadings
  /** Readings that would fit the calls seen so far, while there are none: to be offered, not assumed. */
  suggestion?: string
}

/** See docs/readings.md. `text` may be empty: the user wants none of what the host module declares. */
export interface ImportReadings {
  text: string
  by: 'host' | 'user'
}

/** A guest file. */
export interface GuestInfo {
  /** File name: `sum.wasm`. */
  name: string
  /** Absolute path; absent for a guest that was dropped as bytes. */
  path?: string
  sizeBytes: number
  /** Languages, tools and kits that it was made with, as its producers section says: `rustc 1.90.0`. */
  producers: string[]
}

/** A host module file. */
export interface HostModuleInfo {
  name: string
  path: string
  /** Whether the user has allowed it to run (bundled examples always are). */
  trusted: boolean
}

export interface ExampleInfo {
  /** Folder name below guests/. */
  name: string
  /** One line on what it shows. */
  summary: string
  language: string
  sizeBytes: number
}

/** A guest that was opened before, or a session file. */
export interface RecentGuest {
  path: string
  name: string
  hostPath: string | null
}
