import type { Binding, ImportInfo, Stub } from '../../main/contract/guests.ts'
import { zeroText } from './run-form.ts'

/** What an import is bound to, in a few words: `host.ts · async`, `stub · 0`, `unbound`. */
export function describeBinding(binding: Binding): string {
  switch (binding.by) {
    case 'nobody':
      return 'unbound'
    case 'host':
      return `${fileName(binding.file)} · ${binding.suspending ? 'async' : 'sync'}`
    case 'stub':
      return `stub · ${describeStub(binding.stub)}`
    case 'inspector':
      return 'made to fit'
  }
}

function describeStub(stub: Stub): string {
  const what = stub.kind === 'throw' ? 'throws' : stub.values.join(', ')
  return [what, stub.delayMs > 0 && `after ${stub.delayMs} ms`].filter(Boolean).join(' ') || 'returns'
}

/** The whole of what an import is bound to, for a tooltip. */
export function explainBinding(binding: Binding): string {
  switch (binding.by) {
    case 'nobody':
      return 'Nobody binds this import. Give it a stub, or add it to the host module.'
    case 'host':
      return `${binding.file}${binding.line === undefined ? '' : `:${binding.line}`}, ${
        binding.suspending ? 'the guest is suspended while it runs' : 'marked sync: it does not suspend'
      }`
    case 'stub':
      return `A stub stands in: it ${binding.stub.kind === 'throw' ? `throws “${binding.stub.message}”` : `returns ${binding.stub.values.join(', ') || 'nothing'}`}, after ${binding.stub.delayMs} ms`
    case 'inspector':
      return 'The inspector made one that fits the type.'
  }
}

/** The stub that answers at once with zeros and nulls. */
export function zeroStub(item: ImportInfo): Stub {
  return { kind: 'return', values: (item.signature?.results ?? []).map(zeroText), delayMs: 0 }
}

/** The last part of a path, on any platform. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path
}
