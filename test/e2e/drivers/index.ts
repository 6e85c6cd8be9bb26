import { browserDoorDriver } from './browser-door.ts'
import type { Driver } from './driver.ts'
import { electronDriver, findElectron } from './electron.ts'
import { standInDriver } from './stand-in.ts'

const electron = findElectron()

/** Every driver that can run on this machine. E2E_DRIVERS=NAME,… takes some of them. */
export const drivers: Driver[] = [
  browserDoorDriver,
  standInDriver,
  ...('binary' in electron ? [electronDriver] : []),
].filter((driver) => process.env['E2E_DRIVERS']?.split(',').includes(driver.name) ?? true)

/** Why the specs do not run on the real Electron; null where they do. */
export const electronMissing: string | null = 'missing' in electron ? electron.missing : null
