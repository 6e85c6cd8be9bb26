/** Opens what the user dropped or chose: guests, a host module, or both. */
import { basename } from 'node:path'
import { makeError } from '../contract/error-codes.ts'
import type { SessionInfo } from '../contract/sessions.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { GUEST_SIZE_LIMIT_BYTES } from '../contract/schemas.ts'
import type { FileReference, InspectorService } from '../contract/service.ts'
import type { Events } from './events.ts'
import { tooLargeError } from './guest-file.ts'
import { isHostModuleName } from './host-file.ts'
import { isSessionFileName } from './session-files.ts'
import type { Sessions } from './sessions.ts'
import type { Uploads } from './uploads.ts'

/** What opening files needs. */
export interface OpenFilesContext {
  sessions: Sessions
  uploads: Uploads
  events: Events
}

interface OpenedFile {
  path: string
  uploaded: boolean
}

/** See `InspectorService.openFiles`. With several failures the first is answered, the others are problems. */
export async function openFiles(
  { files, sessionId }: Parameters<InspectorService['openFiles']>[0],
  { sessions, uploads, events }: OpenFilesContext,
): Promise<Result<SessionInfo[]>> {
  const tooLarge = files.find((file) => 'bytes' in file && file.bytes.length > GUEST_SIZE_LIMIT_BYTES)
  if (tooLarge && 'bytes' in tooLarge) return failure(tooLargeError(tooLarge.bytes.length, tooLarge.name))
  const placed = await placeFiles(files, uploads)
  if (!placed.ok) return placed
  const opened = placed.value
  const guests = opened.filter(({ path }) => !isHostModuleName(path))
  const host = opened.find(({ path }) => isHostModuleName(path))

  if (guests.length === 0 && host) {
    if (sessionId === undefined) return failure(makeError('HOST_WITHOUT_GUEST'))
    const found = sessions.findLive(sessionId)
    if (!found.ok) return found
    found.value.host.path = host.path
    await found.value.load()
    return success([found.value.info()])
  }

  const infos: SessionInfo[] = []
  const errors: InspectorError[] = []
  for (const guest of guests) {
    const result = await (isSessionFileName(guest.path)
      ? sessions.openArchive(guest.path, guest.uploaded)
      : sessions.open({
          guestPath: guest.path,
          ...(host ? { hostPath: host.path } : {}),
          trustHost: false,
          uploaded: guest.uploaded,
        }))
    if (result.ok) infos.push(result.value)
    else
      errors.push({
        ...result.error,
        why: `${basename(guest.path)}: ${result.error.why}`.replace(/: $/, '.'),
      })
  }
  const [first, ...others] = errors
  if (infos.length === 0 && first) {
    for (const error of others) events.emit('problem', error)
    return failure(first)
  }
  for (const error of errors) events.emit('problem', error)
  return success(infos)
}

/** Uploaded files of one drop lie in one folder, so that a host module finds what came with it. Fails with UPLOAD_FAILED. */
export async function placeFiles(
  files: readonly FileReference[],
  uploads: Uploads,
): Promise<Result<OpenedFile[]>> {
  const named = files.filter((file) => 'bytes' in file)
  const stored = named.length > 0 ? await uploads.store(named) : success([])
  if (!stored.ok) return stored
  const place = (file: FileReference): OpenedFile =>
    'path' in file
      ? { path: file.path, uploaded: false }
      : { path: stored.value[named.indexOf(file)]!, uploaded: true }
  return success(files.map(place))
}
