/** Applies an import's readings to its calls. */
import type { DecodedReading, DecodedValue } from '../contract/values.ts'
import type { Operand, PassedType, Reading, ReadingSignature } from '../wasm/readings/model.ts'
import { describeEnum, describeScalar, MemoryDecoder } from './memory-decoder.ts'

/** What an import's calls are looked at with. */
export interface CallReader {
  /** What there is to record before the handler runs; null for nothing. */
  readEntry(values: readonly unknown[], memory: WebAssembly.Memory | null): DecodedReading[] | null
  /** What there is to record right before the guest goes on. */
  readReturn(
    values: readonly unknown[],
    results: readonly unknown[],
    memory: WebAssembly.Memory | null,
  ): DecodedReading[] | null
}

/** Reads what its readings say. */
export class DeclaredReader implements CallReader {
  readonly #entry: readonly Reading[]
  readonly #return: readonly Reading[]
  readonly #signature: ReadingSignature

  constructor(readings: readonly Reading[], signature: ReadingSignature) {
    this.#entry = readings.filter(({ atReturn }) => !atReturn)
    this.#return = readings.filter(({ atReturn }) => atReturn)
    this.#signature = signature
  }

  readEntry(values: readonly unknown[], memory: WebAssembly.Memory | null): DecodedReading[] | null {
    return this.#read(this.#entry, values, [], memory)
  }

  readReturn(
    values: readonly unknown[],
    results: readonly unknown[],
    memory: WebAssembly.Memory | null,
  ): DecodedReading[] | null {
    return this.#read(this.#return, values, results, memory)
  }

  #read(
    readings: readonly Reading[],
    params: readonly unknown[],
    results: readonly unknown[],
    memory: WebAssembly.Memory | null,
  ): DecodedReading[] | null {
    if (readings.length === 0) return null
    const decoder = new MemoryDecoder(memory)
    return readings.map((reading) => ({
      ...describePlace(reading, this.#signature),
      ...readSource(reading, params, results, decoder),
    }))
  }
}

/** What a reading is called, and which parameters or result it stands for. */
function describePlace(
  { name, atReturn, source }: Reading,
  { paramNames }: ReadingSignature,
): Pick<DecodedReading, 'name' | 'readAt' | 'params' | 'result'> {
  const first = source.kind === 'passed' ? source.operand : source.address
  const second = source.kind === 'passed' ? null : source.kind === 'text' ? source.length : source.count
  const params = [first, second].flatMap((operand) => (operand?.from === 'param' ? [operand.index] : []))
  const label = name ?? (first.from === 'param' ? paramNames[first.index] : undefined)
  return {
    ...(label === undefined ? {} : { name: label }),
    readAt: atReturn ? 'return' : 'entry',
    params,
    ...(first.from === 'result' ? { result: first.index } : {}),
  }
}

function readSource(
  { source }: Reading,
  params: readonly unknown[],
  results: readonly unknown[],
  decoder: MemoryDecoder,
): DecodedValue {
  const find = (operand: Operand): number | bigint =>
    (operand.from === 'param' ? params : results)[operand.index] as number | bigint
  if (source.kind === 'passed') return readPassed(find(source.operand), source.type)

  const type = source.kind === 'text' ? source.text : source.type.kind
  const addressBytes = source.address.type === 'i64' ? 8 : 4
  const locate = (operand: Operand): number | DecodedValue => {
    const value = asUnsigned(find(operand))
    if (!operand.deref) return value
    return decoder.readOffset(value, operand.type === 'i64' ? 8 : 4) ?? unreadable(type, value)
  }
  const address = locate(source.address)
  if (typeof address === 'object') return address
  const size = source.kind === 'text' ? source.length : source.count
  const count = size === null ? null : locate(size)
  if (count !== null && typeof count === 'object') return count
  if (source.kind === 'text') return decoder.text(source.text, address, count)
  return count === null
    ? decoder.data(source.type, address, addressBytes)
    : decoder.list(source.type, address, count, addressBytes)
}

function unreadable(type: string, address: number): DecodedValue {
  const problem = `There is nothing at 0x${address.toString(16)}, where its address or length should be.`
  return { type, value: null, problem }
}

/** Addresses above 2 GiB arrive as negative numbers. */
function asUnsigned(value: number | bigint): number {
  return typeof value === 'bigint' ? Number(BigInt.asUintN(64, value)) : value >>> 0
}

/** An integer that was passed is as wide as its type says, whatever it is read as. */
function readPassed(value: number | bigint, type: PassedType): DecodedValue {
  const raw = narrow(value, type.scalar)
  return type.kind === 'enum' ? describeEnum(raw, type.symbols) : describeScalar(raw, type.scalar)
}

function narrow(value: number | bigint, scalar: PassedType['scalar']): number | bigint {
  if (scalar === 'i64') return BigInt.asIntN(64, BigInt(value))
  if (scalar === 'u64') return BigInt.asUintN(64, BigInt(value))
  if (scalar === 'f32' || scalar === 'f64') return value
  if (scalar === 'ptr') return typeof value === 'bigint' ? BigInt.asUintN(64, value) : value >>> 0
  if (scalar === 'bool') return value
  const bits = Number(scalar.slice(1))
  const wide = BigInt(value)
  return Number(scalar.startsWith('u') ? BigInt.asUintN(bits, wide) : BigInt.asIntN(bits, wide))
}
