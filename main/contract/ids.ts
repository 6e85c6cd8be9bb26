/** What sessions, runs and calls are told apart by. */

/** Identifies a session for as long as the service lives. */
export type SessionId = string & { readonly brand?: 'SessionId' }

/** Identifies a run (one request to call an export) within the service. */
export type RunId = string & { readonly brand?: 'RunId' }

/** Identifies a call within its session; counts from 1 in order of entry. */
export type CallId = number & { readonly brand?: 'CallId' }
