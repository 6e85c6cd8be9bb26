import type { HostContext, HostImports } from 'jspi-inspector'

export default ({ sync }: HostContext): HostImports => ({
  env: {
    next_sync: sync((value: number) => value + 1),
    async next_async(value: number) {
      return value + 1
    },
  },
})
