import { setTimeout as sleep } from 'node:timers/promises'
import type { HostContext, HostImports } from 'jspi-inspector'

export default (context: HostContext): HostImports => ({
  env: {
    async wait(ms: number) {
      await sleep(ms, undefined, { signal: context.signal })
    },
    work: context.sync((ms: number) => {
      const endMs = performance.now() + ms
      while (performance.now() < endMs);
    }),
  },
})
