import { expect, test } from 'vitest'
import { drivers, electronMissing } from './drivers/index.ts'

// Where this is skipped, the summary of all tests says so.
test('the specs run on the real Electron', (context) => {
  if (electronMissing) context.skip(electronMissing)
  if (process.env['E2E_DRIVERS']) context.skip(`E2E_DRIVERS takes ${process.env['E2E_DRIVERS']} alone`)
  expect(drivers.map(({ name }) => name)).toContain('electron')
})
