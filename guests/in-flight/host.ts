import { setTimeout as sleep } from 'node:timers/promises'
import type { HostContext, HostImports } from 'jspi-inspector'

export default (context: HostContext): HostImports => ({
  env: {
    async wait(task: number, ms: number) {
      await sleep(ms, undefined, { signal: context.signal })
      context.console.log(`task ${task} waited ${ms} ms`)
      return ms
    },
  },
})
