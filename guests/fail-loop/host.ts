import type { HostContext, HostImports } from 'jspi-inspector'

export default ({ sync }: HostContext): HostImports => ({
  env: {
    tick_sync: sync(() => {}),
    async tick_async() {},
  },
})
