import { open } from 'node:fs/promises'
import type { HostContext, HostImports } from 'jspi-inspector'

export default ({ reads, write }: HostContext): HostImports => ({
  env: {
    // Opened anew for each piece: nothing stays open when a call is cancelled between two.
    readText: reads(
      'out piece: utf8(1, result)',
      async (offsetBytes: number, address: number, capacityBytes: number) => {
        await using file = await open(new URL('text.txt', import.meta.url))
        const { buffer, bytesRead } = await file.read(new Uint8Array(capacityBytes), {
          position: offsetBytes,
        })
        write.bytes(address, buffer.subarray(0, bytesRead))
        return bytesRead
      },
    ),
  },
})
