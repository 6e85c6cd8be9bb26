import { MessageChannelMain } from 'electron'
import type { WebContents } from 'electron'
import { openPortChannel } from '../doors/port.ts'
import { serveClient } from '../doors/serve-client.ts'
import type { Inspector } from '../inspector/api.ts'
import { isStartUrl } from './origin.ts'

/** The name under which the preload script listens for its port. */
const PORT_CHANNEL = 'port'

/**
 * Gives the page that has just loaded a port of its own to the inspector. It goes to the page's top frame only,
 * and this process listens on no channel besides: nobody else can send it anything.
 */
export function connectPage(inspector: Inspector, contents: WebContents): void {
  if (!isStartUrl(contents.mainFrame.url)) return
  const { port1, port2 } = new MessageChannelMain()
  serveClient(inspector, openPortChannel(port1))
  contents.mainFrame.postMessage(PORT_CHANNEL, null, [port2])
}
