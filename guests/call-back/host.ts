import type { HostContext, HostImports } from 'jspi-inspector'

export default (context: HostContext): HostImports => ({
  env: {
    async factorial_of(n: bigint) {
      return await context.exports['factorial'](n)
    },
  },
})
