import { onScopeDispose } from 'vue'
import type { MenuCommand } from '../../main/contract/service.ts'
import type { Backend } from '../backend/backend.ts'

/** What the keyboard and the application's menu can ask of the window. */
export type Command = MenuCommand | 'open-files'

interface Shortcut {
  key: string
  shift?: boolean
  alt?: boolean
}

/** With Ctrl, or Command on a Mac. */
const SHORTCUTS: Partial<Record<Command, Shortcut>> = {
  run: { key: 'Enter' },
  'cancel-run': { key: '.' },
  'open-files': { key: 'o' },
  'reload-session': { key: 'r', shift: true },
  'export-trace': { key: 's' },
  'find-in-console': { key: 'f' },
  'toggle-sidebar': { key: 'b' },
  'toggle-panel': { key: 'j' },
  'toggle-detail': { key: 'i' },
}

const isMac = globalThis.navigator?.platform.startsWith('Mac') ?? false
const handlers = new Map<Command, () => void>()

/** Carries out a command for as long as the component that calls this is there. */
export function useCommand(command: Command, handler: () => void): void {
  handlers.set(command, handler)
  onScopeDispose(() => {
    if (handlers.get(command) === handler) handlers.delete(command)
  })
}

/** Carries out a command; does nothing where no component can. */
export function runCommand(command: Command): void {
  handlers.get(command)?.()
}

/** The command that a key press means, or null. */
export function commandForKey(event: KeyboardEvent): Command | null {
  if (!(isMac ? event.metaKey : event.ctrlKey)) return null
  for (const [command, shortcut] of Object.entries(SHORTCUTS)) {
    const fits =
      event.key.toLowerCase() === shortcut.key.toLowerCase() &&
      event.shiftKey === (shortcut.shift ?? false) &&
      event.altKey === (shortcut.alt ?? false)
    if (fits) return command as Command
  }
  return null
}

/** A command's keys for a tooltip, with a space before them: ` (Ctrl+Enter)`; empty where it has none. */
export function shortcutHint(command: Command): string {
  const shortcut = SHORTCUTS[command]
  if (!shortcut) return ''
  const key = shortcut.key.length === 1 ? shortcut.key.toUpperCase() : shortcut.key
  const keys = [isMac ? '⌘' : 'Ctrl', shortcut.shift && (isMac ? '⇧' : 'Shift'), key].filter(Boolean)
  return ` (${keys.join(isMac ? '' : '+')})`
}

/** Hears the menu and the keyboard. */
export function followCommands(backend: Backend): void {
  backend.on('menuCommand', ({ name }) => runCommand(name))
  window.addEventListener('keydown', (event) => {
    const command = event.repeat ? null : commandForKey(event)
    if (!command) return
    // Also keeps the browser, or the application's menu, from doing the same once more.
    event.preventDefault()
    runCommand(command)
  })
}
