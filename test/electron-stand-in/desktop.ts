/** Menus, dialogs, colours and displays: what Electron asks of the desktop. Tests see and answer them. */
import { fail } from './fatal.ts'
import { makeStrict, refuseUnknown, StrictEmitter } from './strict.ts'

export interface MenuItem {
  id?: string
  label?: string
  role?: string
  type?: string
  accelerator?: string
  enabled?: boolean
  click?: () => void
  submenu?: MenuItem[]
}

const ITEM_FIELDS = 'id label role type accelerator enabled click submenu'.split(' ')
const ROLES = new Set(
  (
    'undo redo cut copy paste selectAll resetZoom zoomIn zoomOut togglefullscreen reload toggleDevTools ' +
    'appMenu windowMenu help about minimize close quit'
  ).split(' '),
)

let applicationMenu: MenuItem[] = []

export const Menu = makeStrict('Menu', {
  buildFromTemplate(template: MenuItem[]): MenuItem[] {
    for (const item of template) {
      refuseUnknown('MenuItem', item, ITEM_FIELDS)
      if (item.role && !ROLES.has(item.role)) throw new Error(`There is no menu role "${item.role}".`)
      if (!item.role && !item.label && item.type !== 'separator') throw new Error('A menu item has no label.')
      Menu.buildFromTemplate(item.submenu ?? [])
    }
    return template
  },
  setApplicationMenu(menu: MenuItem[]): void {
    applicationMenu = menu
  },
})

/** Every item of the application's menu. */
export function listMenuItems(items: readonly MenuItem[] = applicationMenu): MenuItem[] {
  return items.flatMap((item) => [item, ...listMenuItems(item.submenu ?? [])])
}

interface Dialog {
  kind: 'open' | 'message' | 'error'
  text: string
}

/** Dialogs that were shown, and what the user is going to answer. */
export const dialogs: { shown: Dialog[]; openAnswers: string[][] } = { shown: [], openAnswers: [] }

export const dialog = makeStrict('dialog', {
  async showOpenDialog(...given: unknown[]) {
    const options = given.at(-1) as { title?: string }
    dialogs.shown.push({ kind: 'open', text: options.title ?? '' })
    const filePaths = dialogs.openAnswers.shift() ?? fail('Nobody answers the dialog for opening files.')
    return { canceled: filePaths.length === 0, filePaths }
  },
  async showMessageBox(...given: unknown[]) {
    const options = given.at(-1) as { message: string }
    dialogs.shown.push({ kind: 'message', text: options.message })
    return { response: 0, checkboxChecked: false }
  },
  showErrorBox(title: string, content: string) {
    dialogs.shown.push({ kind: 'error', text: `${title}: ${content}` })
    // Electron also does this where there is no display.
    process.stderr.write(`${title}\n${content}\n`)
  },
})

class NativeTheme extends StrictEmitter {
  shouldUseDarkColors = false

  constructor() {
    super('nativeTheme', ['updated'])
  }
}

export const nativeTheme = makeStrict('nativeTheme', new NativeTheme())

const DISPLAY = { workArea: { x: 0, y: 0, width: 1920, height: 1080 } }
export const screen = makeStrict('screen', { getDisplayMatching: () => DISPLAY })
