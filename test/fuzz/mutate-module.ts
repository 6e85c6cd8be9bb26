/** Changes modules: mostly in ways that leave the rest of a file where a reader expects it. */
import { encodeName } from '../wasm/modules.ts'
import type { Random } from './random.ts'

interface Section {
  id: number
  content: number[]
}

const HEADER_BYTES = 8
/** A module that is larger is cut: what matters is how many inputs there are. */
const LARGEST_BYTES = 100_000
const STRIKING_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x40, 0x0b, 0x60, 0x70, 0x6f]
const STRIKING_NUMBERS = [0, 1, 2, 127, 128, 1000, 65_535, 65_536, 0x7fffffff, 0x80000000, 0xffffffff]
const CUSTOM_NAMES = [
  'name',
  'producers',
  'external_debug_info',
  'sourceMappingURL',
  '.debug_info',
  '.debug_line',
  '.debug_abbrev',
  '.debug_str',
  '.debug_ranges',
  '.debug_rnglists',
  'dylink.0',
  '',
]
const START_ID = 8

/** A mutant of a module of the corpus, made by some changes to its sections or bytes. */
export function mutateModule(random: Random, modules: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const source = random.pick(modules)
  let sections = splitSections(source)
  const changes = random.below(4)
  for (let change = 0; change <= changes; change++) {
    const mutate = random.pick(SECTION_MUTATIONS)
    sections = mutate(random, sections, modules)
  }
  const bytes = joinSections(random, source, sections)
  const mutant = random.oneIn(4) ? random.pick(BYTE_MUTATIONS)(random, bytes, random.pick(modules)) : bytes
  return Uint8Array.from(mutant.slice(0, LARGEST_BYTES))
}

type SectionMutation = (random: Random, sections: Section[], modules: readonly Uint8Array[]) => Section[]

const SECTION_MUTATIONS: readonly SectionMutation[] = [
  // Weighted by how often they stand here: changes inside of a section keep most modules readable.
  inside(changeByte),
  inside(changeByte),
  inside(flipBit),
  inside(changeNumber),
  inside(changeNumber),
  inside(lengthenNumber),
  inside(inflateCount),
  inside(removeBytes),
  inside(insertBytes),
  inside(breakName),
  (random, sections) =>
    sections.length > 1 ? sections.toSpliced(random.below(sections.length), 1) : sections,
  (random, sections) => insertAt(random, sections, random.pick(sections)),
  (random, sections) => insertAt(random, sections.slice(1), sections[0]!),
  (random, sections) =>
    sections.with(random.below(sections.length), {
      ...random.pick(sections),
      id: random.below(16),
    }),
  (random, sections, modules) => {
    const other = splitSections(random.pick(modules))
    const foreign = random.pick(other)
    const at = sections.findIndex(({ id }) => id === foreign.id)
    return at < 0 ? insertAt(random, sections, foreign) : sections.with(at, foreign)
  },
  (random, sections) => insertAt(random, sections, makeCustomSection(random)),
  (random, sections) => [...sections, nameStackPointer(random)],
  addStart,
]

/** Applies a change to the contents of one section. */
function inside(change: (random: Random, content: number[]) => number[]): SectionMutation {
  return (random, sections) => {
    const at = random.below(sections.length)
    const { id, content } = sections[at]!
    return content.length === 0 ? sections : sections.with(at, { id, content: change(random, content) })
  }
}

function changeByte(random: Random, content: number[]): number[] {
  return content.with(
    random.below(content.length),
    random.oneIn(2) ? random.pick(STRIKING_BYTES) : random.below(256),
  )
}

function flipBit(random: Random, content: number[]): number[] {
  const at = random.below(content.length)
  return content.with(at, content[at]! ^ (1 << random.below(8)))
}

/** Replaces an integer that may begin here by another one. */
function changeNumber(random: Random, content: number[]): number[] {
  const at = random.below(content.length)
  const value = random.oneIn(2) ? random.pick(STRIKING_NUMBERS) : random.below(20)
  return content.toSpliced(at, numberLength(content, at), ...encodeNumber(value))
}

/** The same integer with more bytes than it needs, or more than it may have. */
function lengthenNumber(random: Random, content: number[]): number[] {
  const at = random.below(content.length)
  const length = numberLength(content, at)
  const number = content.slice(at, at + length)
  const last = number.pop() ?? 0
  const padding = Array<number>(random.below(6)).fill(0x80)
  return content.toSpliced(at, length, ...number, last | 0x80, ...padding, 0)
}

function inflateCount(random: Random, content: number[]): number[] {
  const count = random.oneIn(2) ? random.pick(STRIKING_NUMBERS) : content[0]! + 1 + random.below(3)
  return content.toSpliced(0, numberLength(content, 0), ...encodeNumber(count))
}

function removeBytes(random: Random, content: number[]): number[] {
  return content.toSpliced(random.below(content.length), 1 + random.below(4))
}

function insertBytes(random: Random, content: number[]): number[] {
  const bytes = Array.from({ length: 1 + random.below(4) }, () => random.pick(STRIKING_BYTES))
  return content.toSpliced(random.below(content.length), 0, ...bytes)
}

/** Puts bytes that are no UTF-8 into what looks like a text. */
function breakName(random: Random, content: number[]): number[] {
  const letters = content.flatMap((byte, index) => (byte >= 0x61 && byte <= 0x7a ? [index] : []))
  return letters.length === 0
    ? changeByte(random, content)
    : content.with(random.pick(letters), random.pick([0xff, 0xc0, 0x80, 0x00, 0xed]))
}

function insertAt(random: Random, sections: Section[], section: Section): Section[] {
  return sections.toSpliced(random.below(sections.length + 1), 0, section)
}

function makeCustomSection(random: Random): Section {
  const length = random.below(100)
  const garbage = Array.from({ length }, () =>
    random.oneIn(2) ? random.pick(STRIKING_BYTES) : random.below(256),
  )
  return { id: 0, content: [...encodeName(random.pick(CUSTOM_NAMES)), ...garbage] }
}

/** A name section that calls some global what LLVM calls its stack pointer. */
function nameStackPointer(random: Random): Section {
  const names = [1, random.below(4), ...encodeName('__stack_pointer')]
  return { id: 0, content: [...encodeName('name'), 7, names.length, ...names] }
}

function addStart(random: Random, sections: Section[]): Section[] {
  const rest = sections.filter(({ id }) => id !== START_ID)
  const at = rest.findIndex(({ id }) => id > START_ID && id !== 13)
  const start = { id: START_ID, content: encodeNumber(random.below(8)) }
  return at < 0 ? [...rest, start] : rest.toSpliced(at, 0, start)
}

type ByteMutation = (random: Random, bytes: number[], other: Uint8Array) => number[]

const BYTE_MUTATIONS: readonly ByteMutation[] = [
  (random, bytes) => bytes.slice(0, random.below(bytes.length + 1)),
  (random, bytes) => (bytes.length === 0 ? bytes : flipBit(random, bytes)),
  (random, bytes) => (bytes.length === 0 ? bytes : changeByte(random, bytes)),
  (random, bytes, other) => [
    ...bytes.slice(0, random.below(bytes.length + 1)),
    ...other.slice(random.below(other.length)),
  ],
]

function splitSections(bytes: Uint8Array): Section[] {
  const sections: Section[] = []
  let at = HEADER_BYTES
  while (at < bytes.length) {
    const id = bytes[at]!
    const length = numberLength(bytes, at + 1)
    const size = decodeNumber(bytes.subarray(at + 1, at + 1 + length))
    at += 1 + length
    sections.push({ id, content: Array.from(bytes.subarray(at, at + size)) })
    at += size
  }
  return sections.length === 0 ? [{ id: 0, content: [0] }] : sections
}

function joinSections(random: Random, source: Uint8Array, sections: Section[]): number[] {
  const bytes = Array.from(source.subarray(0, HEADER_BYTES))
  for (const { id, content } of sections) {
    const wrong = random.oneIn(200) ? random.below(40) - 20 : 0
    const size = encodeNumber(Math.max(0, content.length + wrong))
    bytes.push(id, ...size)
    for (const byte of content) bytes.push(byte)
  }
  return bytes
}

function numberLength(bytes: ArrayLike<number>, at: number): number {
  let length = 1
  while (length < 10 && at + length < bytes.length && bytes[at + length - 1]! >= 0x80) length++
  return length
}

function decodeNumber(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 0x80 + (byte & 0x7f), 0)
}

function encodeNumber(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}
