import { describe, expect, it } from 'vitest'
import { demangle } from '../../main/wasm/demangle.ts'
import { readFunctionMap } from '../../main/wasm/function-map.ts'
import { readModule } from '../../main/wasm/read-module.ts'
import { assembleModule, buildModule, encodeName } from './modules.ts'

function mapOf(bytes: Uint8Array) {
  const shape = readModule(bytes)
  if (!shape.ok) throw new Error(shape.error.message)
  return readFunctionMap(bytes, shape.value)
}

describe('the functions of a module', () => {
  const text = `(module
    (import "env" "first" (func $first))
    (func $second (call $first))
    (func (export "third") (nop) (nop))
    (func (nop)))`

  it('are named by the name section, else by an export, else by their number', async () => {
    const map = mapOf(await buildModule(text))
    expect([1, 2, 3].map(map.nameOf)).toEqual(['second', 'third', null])
  })

  it('are found by the bytes of their code', async () => {
    const bytes = await buildModule(text)
    const map = mapOf(bytes)
    // Bodies with their sizes: 04 00 10 00 0b, 04 00 01 01 0b, 03 00 01 0b, behind their number.
    const offsets = [0, 1, 5, 6, 10, 11, 14].map((address) => map.indexAt(map.codeStartBytes + address))
    expect(bytes.subarray(map.codeStartBytes, map.codeStartBytes + 3)).toEqual(Uint8Array.of(3, 4, 0))
    expect(offsets).toEqual([1, 1, 1, 2, 2, 3, 3])
    expect(map.indexAt(map.codeStartBytes - 1)).toBeNull()
    expect(map.indexAt(map.codeStartBytes + 15)).toBeNull()
  })

  it('keep the names that stand before a broken one', () => {
    const names = [1, 7, 2, 0, ...encodeName('one'), 1, 9]
    const module = assembleModule(
      [1, [1, 0x60, 0, 0]],
      [3, [2, 0, 0]],
      [10, [2, 2, 0, 0x0b, 2, 0, 0x0b]],
      [0, [...encodeName('name'), ...names]],
    )
    expect([0, 1].map(mapOf(module).nameOf)).toEqual(['one', null])
  })
})

describe('demangle', () => {
  it.each([
    ['_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE', 'core::fmt::Write::write_fmt'],
    [
      '_ZN59_$LT$shapes..Square$LT$i32$GT$$u20$as$u20$shapes..Shape$GT$4area17h0123456789abcdefE',
      '<shapes::Square<i32> as shapes::Shape>::area',
    ],
    ['_ZN6shapes7measure28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE', 'shapes::measure::{{closure}}'],
    ['alloc::vec::Vec$LT$T$C$A$GT$::push::h73b501df8b792621', 'alloc::vec::Vec<T,A>::push'],
  ])('Rust, legacy: %s', (mangled, name) => {
    expect(demangle(mangled)).toBe(name)
  })

  // What llvm-cxxfilt 14 makes of each.
  it.each([
    ['_RNvCs1234_7mycrate3foo', 'mycrate::foo'],
    ['_RNvNtCs1234_7mycrate3foo3bar', 'mycrate::foo::bar'],
    ['_RNCNvCsgStHSCytQ6I_7mycrate4main0B3_', 'mycrate::main::{closure#0}'],
    ['_RINvNtCs4EoLUFkKuUC_4core3cmp3maxjECsjzbxpJqZpYu_1b', 'core::cmp::max::<usize>'],
    ['_RNvMC1aTlmE3new', '<(i32, u32)>::new'],
    ['_RNvXC1aShNtB2_5Shape4area', '<[u8] as a::Shape>::area'],
    ['_RINvC1a1bKhff_E', 'a::b::<255>'],
    ['_RINvC1a1bKlnff_E', 'a::b::<-255>'],
    ['_RINvC1a1bKc2603_E', "a::b::<'☃'>"],
    ['_RINvC1a1bRAtj8_E', 'a::b::<&[u16; 8]>'],
    ['_RINvC1a1bFUKCPhEuE', 'a::b::<unsafe extern "C" fn(*const u8)>'],
    ['_RINvC1a1bFG_RL0_hEB2_E', "a::b::<for<'a> fn(&'a u8) -> a>"],
    ['_RINvC1a1bDNtC1c1dp1ehEL_E', 'a::b::<dyn c::d<e = u8>>'],
    [
      '_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y',
      'utf8_idents::საჭმელად_გემრიელი_სადილი',
    ],
  ])('Rust, v0: %s', (mangled, name) => {
    expect(demangle(mangled)).toBe(name)
  })

  it.each([
    ['_Z3foov', 'foo'],
    ['_ZN6shapes7measureEiPVi', 'shapes::measure'],
    ['_ZNK6shapes6Circle4areaEv', 'shapes::Circle::area'],
    ['_ZN6shapes12_GLOBAL__N_15twiceEi', 'shapes::(anonymous namespace)::twice'],
  ])('C++, plain paths: %s', (mangled, name) => {
    expect(demangle(mangled)).toBe(name)
  })

  it.each([
    'sum',
    'a::b',
    '',
    '_',
    '_Z',
    '_ZN',
    '_ZN3fo',
    '_ZN6shapes6SquareIiE4areaEv',
    '_Z3fooIiEvv',
    '_ZN99999aE',
    '_R',
    '_Rsomething_else',
    '_RNvB_3foo',
    '_RNvNvNvNv',
    '_RINvC1a1bRL5_hE',
    `_R${'B_'.repeat(1000)}`,
    `_R${'N'.repeat(10_000)}`,
    // Each part is twice the one before.
    `_RINvC1a1bT${Array.from({ length: 40 }, (_, level) => `TB${level === 0 ? '5' : (level + 5).toString(36)}_B6_E`).join('')}EE`,
  ])('leaves what it does not know as it is: %.40s', (name) => {
    expect(demangle(name)).toBe(name)
  })
})
