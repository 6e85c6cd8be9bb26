import { setTimeout as sleep } from 'node:timers/promises'
import type { HostContext, HostImports } from 'jspi-inspector'

export default (context: HostContext): HostImports => ({
  env: {
    async pause() {
      await sleep(10, undefined, { signal: context.signal })
    },
  },
})
