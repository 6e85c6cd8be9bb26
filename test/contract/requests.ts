import type { InspectorService, ServiceFunction } from '../../main/contract/service.ts'

/** For every function of the contract a request of the right shape, about things that are not there. */
export const REQUESTS: { [Name in ServiceFunction]: Parameters<InspectorService[Name]> } = {
  attach: [],
  openFiles: [{ files: [{ path: '/no/such/guest.wasm' }] }],
  openExample: [{ name: 'no-such-example' }],
  trustHostModule: [{ sessionId: 'none' }],
  declineHostModule: [{ sessionId: 'none' }],
  setStub: [{ sessionId: 'none', module: 'env', name: 'f', stub: null }],
  setReadings: [{ sessionId: 'none', module: 'env', name: 'f', readings: 'u32(0)' }],
  setInterleaved: [{ sessionId: 'none', interleaved: true }],
  setStackCapture: [{ sessionId: 'none', enabled: true }],
  setRecording: [{ sessionId: 'none', enabled: false }],
  setLimits: [
    {
      sessionId: 'none',
      limits: { callsInFlight: 10, runMs: null, stallMs: 1000, memoryBytes: 65536, tableEntries: null },
    },
  ],
  startRun: [{ sessionId: 'none', exportName: 'f', argumentTexts: ['1'], timeoutMs: 1000 }],
  cancelRun: [{ runId: 'none' }],
  cancelAllRuns: [{ sessionId: 'none' }],
  endSession: [{ sessionId: 'none' }],
  reloadSession: [{ sessionId: 'none' }],
  closeSession: [{ sessionId: 'none' }],
  readCalls: [{ sessionId: 'none', fromRow: 0, rowCount: 10, anchorId: 1 }],
  readCall: [{ sessionId: 'none', callId: 1 }],
  readTimings: [{ sessionId: 'none' }],
  readConsole: [{ sessionId: 'none', fromLine: 0, lineCount: 10 }],
  exportTrace: [{ sessionId: 'none', fromCallId: 1 }],
  saveLayout: [{ layout: { sidebarWidth: 200, detailVisible: true } }],
}

/** What each of them is answered with. */
export const ANSWERS: { [Name in ServiceFunction]: string } = {
  attach: 'ok',
  openFiles: 'GUEST_NOT_FOUND',
  openExample: 'GUEST_NOT_FOUND',
  trustHostModule: 'SESSION_NOT_FOUND',
  declineHostModule: 'SESSION_NOT_FOUND',
  setStub: 'SESSION_NOT_FOUND',
  setReadings: 'SESSION_NOT_FOUND',
  setInterleaved: 'SESSION_NOT_FOUND',
  setStackCapture: 'SESSION_NOT_FOUND',
  setRecording: 'SESSION_NOT_FOUND',
  setLimits: 'SESSION_NOT_FOUND',
  startRun: 'SESSION_NOT_FOUND',
  cancelRun: 'RUN_NOT_FOUND',
  cancelAllRuns: 'SESSION_NOT_FOUND',
  endSession: 'SESSION_NOT_FOUND',
  reloadSession: 'SESSION_NOT_FOUND',
  closeSession: 'SESSION_NOT_FOUND',
  readCalls: 'SESSION_NOT_FOUND',
  readCall: 'SESSION_NOT_FOUND',
  readTimings: 'SESSION_NOT_FOUND',
  readConsole: 'SESSION_NOT_FOUND',
  exportTrace: 'SESSION_NOT_FOUND',
  saveLayout: 'ok',
}

export const FUNCTION_NAMES = Object.keys(REQUESTS) as ServiceFunction[]
