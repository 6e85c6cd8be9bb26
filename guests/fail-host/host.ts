import { once } from 'node:events'
import type { HostContext, HostImports } from 'jspi-inspector'

export default (context: HostContext): HostImports => ({
  env: {
    throws() {
      throw new Error('this handler throws before it returns a promise')
    },
    throws_sync: context.sync(() => {
      throw new Error('this handler is marked sync and throws')
    }),
    throws_text() {
      throw 'this handler throws a text'
    },
    async rejects() {
      throw new Error('the promise of this handler rejects', { cause: new Error('and this is its cause') })
    },
    async wrong_type() {
      return 'not a number'
    },
    async wrong_i64() {
      return 5
    },
    async wrong_count() {
      return [1, 2, 3]
    },
    sync_promise: context.sync(() => Promise.resolve(5)),
    async until_cancelled() {
      await once(context.signal, 'abort')
      throw context.signal.reason
    },
    never_settles: () => new Promise(() => {}),
  },
})
