import { basename, resolve } from 'node:path'
import type { GuestInfo } from '../contract/guests.ts'
import { describeExports, describeImports, describeProducers } from '../inspector/describe-module.ts'
import { readGuestFile } from '../inspector/guest-file.ts'
import type { Command } from './command-line.ts'
import { STATUS, printError, printResult } from './output.ts'
import { formatTable } from './table.ts'

/** Prints what a guest imports and exports, and answers with the exit status. The guest is read, never run. */
export async function inspect(command: Extract<Command, { verb: 'inspect' }>): Promise<number> {
  const path = resolve(command.guest)
  const read = await readGuestFile(path)
  if (!read.ok) {
    printError(read.error)
    return STATUS.unusable
  }
  const { shape, sizeBytes } = read.value
  const guest: GuestInfo = { name: basename(path), path, sizeBytes, producers: describeProducers(shape) }
  const exports = describeExports(shape)
  // Nobody has bound anything here, so what they are bound to says nothing.
  const imports = describeImports(shape, []).map((info) => {
    const { binding: _binding, ...rest } = info
    return rest
  })

  if (command.json) {
    printResult(JSON.stringify({ guest, imports, exports }, null, 2))
    return STATUS.ok
  }
  printResult(`${guest.name}, ${guest.sizeBytes.toLocaleString('en')} bytes`)
  printList(
    'imports',
    imports.map(({ module, name, typeText }) => [`${module}.${name}`, typeText]),
  )
  printList(
    'exports',
    exports.map(({ name, typeText }) => [name, typeText]),
  )
  return STATUS.ok
}

function printList(title: string, rows: [string, string][]): void {
  printResult(rows.length === 0 ? `no ${title}` : `${title}:`)
  for (const line of formatTable(rows)) printResult(line)
}
