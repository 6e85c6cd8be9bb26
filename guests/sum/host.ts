import { readFile } from 'node:fs/promises'
import type { HostContext, HostImports } from 'jspi-inspector'

export default ({ console, show }: HostContext): HostImports => ({
  env: {
    async from_host(a: number, b: number) {
      console.log(`called from wasm: ${show(a, b)}`)
      const manifest = await readFile(new URL('Cargo.toml', import.meta.url))
      return manifest.byteLength
    },
  },
})
