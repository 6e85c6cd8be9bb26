import { onScopeDispose } from 'vue'
import type { MenuCommand } from '../../main/contract/service.ts'
import type { Backend } from '../backend/backend.ts'

/** What the keyboard and the application's menu can ask of the window. */
export type Command = MenuCommand | 'open-files' | 'find-export'

interface Shortcut {
  key: string
  /** The key's place on the keyboard, where another character comes with Shift. */
  code?: string
  shift?: boolean
  alt?: boolean
}

/** With Ctrl, or Command on a Mac. */
const SHORTCUTS: Partial<Record<Command, Shortcut>> = {
  run: { key: 'Enter' },
  'cancel-run': { key: '.' },
  'open-files': { key: 'o' },
  'end-session': { key: '.', code: 'Period', shift: true },
  'clear-console': { key: 'k' },
  'reload-session': { key: 'r', shift: true },
  'save-session': { key: 's' },
  'export-trace': { key: 's', shift: true },
  'go-to-call': { key: 'g' },
  'find-in-console': { key: 'f' },
  'toggle-sidebar': { key: 'b' },
  'toggle-timeline': { key: 'l' },
  'toggle-panel': { key: 'j' },
  'toggle-detail': { key: 'i' },
}

const FOCUSABLE =
  'button:not(:disabled):not([tabindex="-1"]), input:not(:disabled), select, textarea, [tabindex="0"]:not([role="separator"])'
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
      (event.key.toLowerCase() === shortcut.key.toLowerCase() ||
        (shortcut.code !== undefined && event.code === shortcut.code)) &&
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
  // Before the terminal, which keeps the keys that it hears to itself.
  window.addEventListener('keydown', hearKey, { capture: true })
}

function hearKey(event: KeyboardEvent): void {
  const command = event.repeat ? null : commandForKey(event)
  if (event.key !== 'F6' && !command) return
  // A field may run what is written in it.
  if (command === 'run' && event.target instanceof Element && event.target.closest('[data-own-run]')) return
  // Also keeps the browser, or the application's menu, from doing the same once more.
  event.preventDefault()
  if (command) runCommand(command)
  else moveToRegion(event.shiftKey ? -1 : 1)
}

/** F6 goes from one part of the window to the next, as in other desktop tools. */
function moveToRegion(step: number): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    // One that is made of others is those.
    (region) => region.querySelector('[data-region]') === null,
  )
  const at = regions.findIndex((region) => region.contains(document.activeElement))
  for (let tried = 1; tried <= regions.length; tried++) {
    const index = at < 0 && step < 0 ? -tried : at + step * tried
    const region = regions.at(index % regions.length)
    const target = region?.hasAttribute('tabindex') ? region : region?.querySelector<HTMLElement>(FOCUSABLE)
    if (!target) continue
    target.focus()
    return
  }
}
