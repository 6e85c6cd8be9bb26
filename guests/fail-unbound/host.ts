import type { HostImports } from 'jspi-inspector'

export default {
  env: {
    async bound(value: number) {
      return value * 2
    },
  },
} satisfies HostImports
