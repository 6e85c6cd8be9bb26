import { setTimeout as wait } from 'node:timers/promises'
import type { HostContext, HostImports } from 'jspi-inspector'

export default (context: HostContext): HostImports => {
  const { console, read, reads, sync } = context
  return {
    env: {
      now: sync(() => performance.now()),
      async sleep(ms: number) {
        await wait(ms, undefined, { signal: context.signal })
      },
      say: reads(
        'cstring(0)',
        sync((textAddress: number) => console.log(read.cString(textAddress))),
      ),
      report: sync((lap: number, ms: number) => console.log(`lap ${lap}: ${ms.toFixed(1)} ms`)),
    },
  }
}
