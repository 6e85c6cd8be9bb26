import type { AddressType, ExternType, ValueType } from './types.ts'
import { formatValueType } from './types.ts'

/** Spells the types of parameters or results: `()`, `(i32, i64)`. */
export function formatValueTypes(types: readonly ValueType[]): string {
  return `(${types.map(formatValueType).join(', ')})`
}

function formatResults(types: readonly ValueType[]): string {
  const only = types.length === 1 ? types[0] : undefined
  return only === undefined ? formatValueTypes(types) : formatValueType(only)
}

function formatMaximum(maximum: bigint | undefined): string {
  return maximum === undefined ? '' : `, max ${maximum}`
}

function formatAddressType(addressType: AddressType): string {
  return addressType === 'i64' ? ', 64-bit' : ''
}

/**
 * Says in a line what something imported or exported is: `(i32, i64) → i32`, `() → ()`,
 * `memory 17 pages, max 256, shared`, `table 10 funcref`, `global mut i32`, `tag (i32)`.
 */
export function formatExternType(type: ExternType): string {
  switch (type.kind) {
    case 'function':
      return `${formatValueTypes(type.params)} → ${formatResults(type.results)}`
    case 'memory': {
      const pages = `${type.minimumPages} ${type.minimumPages === 1n ? 'page' : 'pages'}`
      const size = type.pageSizeBytes === 1 ? ' of 1 byte' : ` of ${type.pageSizeBytes} bytes`
      const maximum = formatMaximum(type.maximumPages)
      const shared = type.shared ? ', shared' : ''
      const address = formatAddressType(type.addressType)
      return `memory ${pages}${type.pageSizeBytes === 65_536 ? '' : size}${maximum}${shared}${address}`
    }
    case 'table': {
      const element = formatValueType(type.element)
      const maximum = formatMaximum(type.maximum)
      return `table ${type.minimum} ${element}${maximum}${formatAddressType(type.addressType)}`
    }
    case 'global':
      return `global ${type.mutable ? 'mut ' : ''}${formatValueType(type.type)}`
    case 'tag':
      return `tag ${formatValueTypes(type.params)}`
  }
}
