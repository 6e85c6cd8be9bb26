/**
 * Runs in the page's top frame, in a world of its own. It hands the page its port to the inspector, and tells
 * it where a file that the user dropped lies, so that a host module beside a guest is found. Nothing else
 * crosses.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'

/** The page listens for exactly this message. */
const PORT_MESSAGE = 'jspi-inspector-port'

ipcRenderer.once('port', (event) => {
  window.postMessage(PORT_MESSAGE, location.origin, [...event.ports])
})

contextBridge.exposeInMainWorld('jspiInspector', {
  /** The file's absolute path; '' for one that the page itself made. */
  pathForFile: (file: File): string => webUtils.getPathForFile(file),
})
