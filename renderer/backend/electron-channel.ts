import type { Channel, OpenChannel } from './channel.ts'

/** What the preload script puts on the window. */
interface PreloadBridge {
  pathForFile(file: File): string
}

declare global {
  interface Window {
    jspiInspector?: PreloadBridge
  }
}

const PORT_MESSAGE = 'jspi-inspector-port'

/**
 * Waits for ports that the preload script passes on. Call it before the page has loaded: the main process sends
 * a port when it has, and one more whenever it takes up the connection again.
 */
export function receiveElectronPorts(): OpenChannel {
  let waiting = Promise.withResolvers<MessagePort>()
  window.addEventListener('message', (event) => {
    if (event.source !== window || event.origin !== location.origin || event.data !== PORT_MESSAGE) return
    const [port] = event.ports
    if (port) waiting.resolve(port)
  })
  return async () => {
    const port = await waiting.promise
    waiting = Promise.withResolvers<MessagePort>()
    return openPort(port)
  }
}

/** Makes a channel of a port. */
export function openPort(port: MessagePort): Channel {
  return {
    post: (message) => port.postMessage(message),
    listen(handler) {
      port.addEventListener('message', (event) => handler(event.data))
      port.start()
    },
    onClosed: (handler) => port.addEventListener('close', handler, { once: true }),
  }
}
