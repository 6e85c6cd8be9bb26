/** The bundled guests do the same when they are stopped in the middle of what they do. */
import { afterAll, expect } from 'vitest'
import { countStops } from './instantiate-sliced.ts'
import { useSlicePoints } from './load-guest.ts'

useSlicePoints()
await import('./behaviour.test.ts')
await import('./failures.test.ts')

afterAll(() => expect(countStops()).toBeGreaterThan(0))
