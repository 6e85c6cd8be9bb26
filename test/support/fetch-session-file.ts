import type { FilePiece } from '../../main/contract/service.ts'
import type { Inspector } from '../../main/inspector/api.ts'
import { valueOf } from './inspector.ts'

/** All bytes of a session's file, as a window fetches them. */
export async function fetchSessionFile({ service }: Inspector, sessionId: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let next: { offset: number; copyId?: number } | null = { offset: 0 }
  while (next !== null) {
    const { bytes, copyId, nextOffset }: FilePiece = valueOf(
      await service.readSessionFile({ sessionId, ...next }),
    )
    pieces.push(bytes)
    next = nextOffset === null ? null : { offset: nextOffset, copyId }
  }
  return Buffer.concat(pieces)
}
