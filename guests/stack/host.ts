import type { HostContext } from 'jspi-inspector'

/** Long enough for other calls to come in between, and for some to overtake. */
const LONGEST_WAIT_MS = 12

export default ({ console }: HostContext) => ({
  env: {
    async wait(task: number, step: number) {
      const waitMs = (task * 7 + step * 5) % LONGEST_WAIT_MS
      console.debug(`task ${task} waits ${waitMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    },
  },
})
