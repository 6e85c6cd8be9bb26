import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSourceLocator } from '../../main/wasm/dwarf/locate.ts'
import type { SourcePlace } from '../../main/wasm/dwarf/locate.ts'
import { SECTIONS } from '../../main/wasm/binary-codes.ts'
import { listSectionRanges } from '../../main/wasm/section-ranges.ts'
import { ROOT } from '../support/inspector.ts'
import { buildModule } from './modules.ts'
import { createRandom } from './random.ts'

const FIXTURES = join(ROOT, 'test/fixtures/guest-stack')

async function readGuest(path: string) {
  const bytes = new Uint8Array(await readFile(path))
  const sections = listSectionRanges(bytes)
  const code = sections.find(({ identifier }) => identifier === SECTIONS.code)!
  return { bytes, sections, codeSizeBytes: code.endBytes - code.startBytes }
}

/** The distinct answers over all addresses of the code, each as one text. */
async function locateAll(path: string): Promise<string[]> {
  const { bytes, sections, codeSizeBytes } = await readGuest(path)
  const locator = createSourceLocator(bytes, sections)!
  const texts = Array.from({ length: codeSizeBytes }, (_, address) =>
    locator.locate(address).map(formatPlace).join(' < '),
  )
  return [...new Set(texts)]
}

function formatPlace({ functionName, file, line, column, inlined }: SourcePlace): string {
  return `${inlined ? '(inlined) ' : ''}${functionName} ${file}:${line}:${column}`
}

describe('the source of code', () => {
  it.each(['shapes-dwarf4.wasm', 'shapes-dwarf5.wasm'])(
    'is found in C++, in inlined functions too: %s',
    async (name) => {
      const places = await locateAll(join(FIXTURES, name))
      const inside =
        ' < (inlined) shapes::(anonymous namespace)::twice shapes.cc:24:21 < shapes::measure shapes.cc:29:10'
      expect(places).toContain(`(inlined) shapes::Square<int>::area shapes.cc:16:5${inside}`)
      expect(places).toContain(`(inlined) shapes::Square<int>::area shapes.cc:17:19${inside}`)
      expect(places).toContain('run shapes.cc:37:10')
    },
  )

  it.each([
    ['shapes-rust-legacy.wasm', 'shapes::measure', '{{closure}}'],
    ['shapes-rust-v0.wasm', 'shapes::measure::<shapes::Square<i32>>', '{closure#0}'],
  ])('is found in Rust, in inlined functions too: %s', async (name, measure, closure) => {
    const places = await locateAll(join(FIXTURES, name))
    expect(places).toContain(
      '(inlined) <shapes::Square<i32> as shapes::Shape>::area shapes.rs:24:18' +
        ` < (inlined) ${measure}::${closure} shapes.rs:31:9 < ${measure} shapes.rs:31:5`,
    )
    expect(places).toContain('shapes::run shapes.rs:36:5')
  })

  it('is found in the bundled guests that have debug information', async () => {
    expect(await locateAll(join(ROOT, 'guests/sum/sum.wasm'))).toContain('sum::sum sum.rs:14:27')
    expect(await locateAll(join(ROOT, 'guests/timers/timers.wasm'))).toContain('nap timers.c:25:3')
  })

  it('is not known outside of the code, nor without debug information', async () => {
    const { bytes, sections, codeSizeBytes } = await readGuest(join(FIXTURES, 'shapes-dwarf5.wasm'))
    const locator = createSourceLocator(bytes, sections)!
    expect([0, codeSizeBytes, -1, 2 ** 40].map((address) => locator.locate(address))).toEqual([
      [],
      [],
      [],
      [],
    ])
    const bare = await buildModule('(module (func (export "f")))')
    expect(createSourceLocator(bare, listSectionRanges(bare))).toBeNull()
  })
})

describe('broken debug information', () => {
  it.each(['shapes-dwarf4.wasm', 'shapes-dwarf5.wasm', 'shapes-rust-v0.wasm'])(
    'never throws, and never takes long: %s',
    async (name) => {
      const { bytes, sections, codeSizeBytes } = await readGuest(join(FIXTURES, name))
      const debug = sections.filter((section) => section.name?.startsWith('.debug_'))
      const random = createRandom(20)
      let answers = 0
      let unlike = 0
      for (let round = 0; round < 1500; round++) {
        const mutated = bytes.slice()
        for (let change = random(4); change >= 0; change--) {
          const { startBytes, endBytes } = debug[random(debug.length)]!
          const at = startBytes + random(endBytes - startBytes)
          mutated[at] = random(3) === 0 ? 0xff : random(256)
        }
        const locator = createSourceLocator(mutated, sections, 200_000)!
        for (let address = 0; address < codeSizeBytes; address += 7) {
          const places = locator.locate(address)
          if (places.length > 0) answers++
          if (places.some(({ file }) => !/^shapes\.(cc|rs)$/.test(file ?? ''))) unlike++
        }
      }
      // Most changes harm nothing or little; some are seen.
      expect(answers).toBeGreaterThan(5000)
      expect(unlike).toBeGreaterThan(0)
    },
  )

  it('may end anywhere', async () => {
    const { bytes, sections, codeSizeBytes } = await readGuest(join(FIXTURES, 'shapes-dwarf5.wasm'))
    for (const section of sections) {
      for (let lost = 0; lost < section.endBytes - section.startBytes; lost++) {
        const cut = { ...section, endBytes: section.endBytes - lost }
        const others = sections.map((each) => (each === section ? cut : each))
        createSourceLocator(bytes, others)?.locate(codeSizeBytes >> 1)
      }
    }
  })

  it('is given up when it takes too much work', async () => {
    const { bytes, sections } = await readGuest(join(FIXTURES, 'shapes-dwarf5.wasm'))
    const address = 21
    expect(createSourceLocator(bytes, sections, 100_000)!.locate(address)).not.toEqual([])
    expect(createSourceLocator(bytes, sections, 100)!.locate(address)).toEqual([])
  })

  it('pays for attributes that take no room', () => {
    // One abbreviation of a function with a start address, an implied size and 20,000 attributes of size 0, and a unit of 20,000
    // entries of it.
    const size = [0x12, 0x21, 0x3f]
    const flags = Array.from({ length: 20_000 }, () => [0x3f, 0x19]).flat()
    const abbreviations = Uint8Array.from([1, 0x2e, 0, 0x11, 1, ...size, ...flags, 0, 0, 0])
    const info = new Uint8Array(100_011).fill(1)
    new DataView(info.buffer).setUint32(0, info.length - 4, true)
    info.set([4, 0, 0, 0, 0, 0, 4], 4)
    const bytes = new Uint8Array([...abbreviations, ...info])
    const section = (name: string, startBytes: number, sizeBytes: number) => ({
      identifier: 0,
      name,
      startBytes,
      endBytes: startBytes + sizeBytes,
    })
    const sections = [
      section('.debug_abbrev', 0, abbreviations.length),
      section('.debug_info', abbreviations.length, info.length),
    ]
    const locator = createSourceLocator(bytes, sections)!
    // 400 million attributes would take a minute: after a part of them nothing is read any more.
    expect(locator.locate(0x0101_0102)).toEqual([])
    expect(locator.locate(0x0101_0103)).toEqual([])
  })
})
