/** What `import … from 'electron'` gives the main bundle. A name that is not here fails when it is imported. */
import { makeStrict } from './strict.ts'
import { protocol as handledProtocol } from './protocol.ts'

export { strictApp as app } from './app.ts'
export { BrowserWindow } from './browser-window.ts'
export { dialog, Menu, nativeTheme, screen } from './desktop.ts'
export { MessageChannelMain } from './ports.ts'

export const protocol = makeStrict('protocol', handledProtocol)
