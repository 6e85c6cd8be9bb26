import type { MenuItemConstructorOptions } from 'electron'
import type { RecentGuest } from '../contract/guests.ts'
import type { MenuCommand } from '../contract/service.ts'

/** What the menu can ask for. */
export interface MenuActions {
  openFiles(): void
  openRecent(recent: RecentGuest): void
  send(command: MenuCommand): void
}

export interface MenuOptions {
  platform: NodeJS.Platform
  recentGuests: readonly RecentGuest[]
  actions: MenuActions
}

/** The application's menu, in the order and with the roles that the platform is used to. */
export function buildMenu({ platform, recentGuests, actions }: MenuOptions): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin'
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    id: name,
    ...(accelerator && { accelerator }),
    click: () => actions.send(name),
  })
  const separator: MenuItemConstructorOptions = { type: 'separator' }

  const file: MenuItemConstructorOptions[] = [
    { label: 'Open…', id: 'open', accelerator: 'CmdOrCtrl+O', click: () => actions.openFiles() },
    {
      label: 'Open Recent',
      id: 'open-recent',
      enabled: recentGuests.length > 0,
      submenu: recentGuests.map((recent) => ({
        // A single ampersand would mark a mnemonic.
        label: recent.path.replaceAll('&', '&&'),
        click: () => actions.openRecent(recent),
      })),
    },
    separator,
    command('Save Session…', 'save-session', 'CmdOrCtrl+S'),
    command('Export Trace…', 'export-trace', 'CmdOrCtrl+Shift+S'),
    separator,
    command('Close Session', 'close-session', 'CmdOrCtrl+W'),
    // The platform's own shortcut for this, Ctrl+W or Command+W, closes a session.
    { role: 'close', label: 'Close Window', accelerator: 'CmdOrCtrl+Shift+W' },
    ...(isMac ? [] : [{ role: 'quit' } as const]),
  ]
  const edit: MenuItemConstructorOptions[] = [
    { role: 'undo' },
    { role: 'redo' },
    separator,
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll' },
    separator,
    command('Go to Call…', 'go-to-call', 'CmdOrCtrl+G'),
    command('Find in Console', 'find-in-console', 'CmdOrCtrl+F'),
    command('Clear Console', 'clear-console', 'CmdOrCtrl+K'),
  ]
  const run: MenuItemConstructorOptions[] = [
    command('Run', 'run', 'CmdOrCtrl+Enter'),
    command('Cancel', 'cancel-run', 'CmdOrCtrl+.'),
    separator,
    command('End Session', 'end-session', 'CmdOrCtrl+Shift+.'),
    command('Reload Session', 'reload-session', 'CmdOrCtrl+Shift+R'),
  ]
  const view: MenuItemConstructorOptions[] = [
    command('Sidebar', 'toggle-sidebar', 'CmdOrCtrl+B'),
    command('Timeline', 'toggle-timeline', 'CmdOrCtrl+L'),
    command('Call Details', 'toggle-detail', 'CmdOrCtrl+I'),
    command('Panel', 'toggle-panel', 'CmdOrCtrl+J'),
    separator,
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    separator,
    { role: 'togglefullscreen' },
    separator,
    { role: 'reload', label: 'Reload Window' },
    { role: 'toggleDevTools' },
  ]
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { label: '&File', submenu: file },
    { label: '&Edit', submenu: edit },
    { label: '&Run', submenu: run },
    { label: '&View', submenu: view },
    isMac ? { role: 'windowMenu' } : { label: '&Window', submenu: [{ role: 'minimize' }] },
    { role: 'help', submenu: isMac ? [] : [{ role: 'about' }] },
  ]
}
