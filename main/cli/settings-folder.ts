import { homedir } from 'node:os'
import { join } from 'node:path'

const FOLDER_NAME = 'jspi-inspector'

/**
 * The folder for recent guests, allowed host modules and the layout, as each platform has it:
 * `~/Library/Application Support`, `%APPDATA%`, or `$XDG_CONFIG_HOME` (`~/.config`).
 * `JSPI_INSPECTOR_SETTINGS` names another folder.
 */
export function findSettingsFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir()
  if (environment.JSPI_INSPECTOR_SETTINGS) return environment.JSPI_INSPECTOR_SETTINGS
  if (platform === 'darwin') return join(home, 'Library/Application Support', FOLDER_NAME)
  if (platform === 'win32') return join(environment.APPDATA || join(home, 'AppData/Roaming'), FOLDER_NAME)
  return join(environment.XDG_CONFIG_HOME || join(home, '.config'), FOLDER_NAME)
}
