import type { HostContext, HostImports } from 'jspi-inspector'

export default ({ console, sync }: HostContext): HostImports => ({
  env: {
    // Sync, because a start function runs where nothing can be suspended.
    starting: sync((step: number) => console.log(`starting, step ${step}`)),
  },
})
