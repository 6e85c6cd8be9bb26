import { describe, expect, it } from 'vitest'
import { readModule } from '../../main/wasm/read-module.ts'
import { parseWat } from '../../main/wasm/wat.ts'
import { texts } from './modules.ts'

async function parseError(text: string) {
  const parsed = await parseWat(text, 'guest.wat')
  if (parsed.ok) throw new Error('The text was parsed.')
  return parsed.error
}

describe('parseWat', () => {
  it.each(Object.entries(texts))('turns %s into a module that the engine accepts', async (_, text) => {
    const parsed = await parseWat(text, 'guest.wat')
    expect(parsed.ok && WebAssembly.validate(Uint8Array.from(parsed.value))).toBe(true)
  })

  it('keeps what the text means', async () => {
    const text = '(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))'
    const parsed = await parseWat(text, 'guest.wat')
    if (!parsed.ok) throw new Error(parsed.error.message)
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(parsed.value)))
    const add = exports['add'] as (a: number, b: number) => number
    expect(add(10, 213)).toBe(223)
  })

  it('ignores a byte order mark, and names positions as an editor does', async () => {
    expect((await parseWat('\ufeff(module)', 'guest.wat')).ok).toBe(true)
    expect(await parseError('\ufeff(module x)')).toMatchObject({ line: 1, column: 9 })
  })

  it('leaves a component to the reader of modules, which names it', async () => {
    const parsed = await parseWat('(component)', 'guest.wat')
    expect(parsed.ok && readModule(parsed.value)).toMatchObject({ ok: false, error: { kind: 'component' } })
  })

  it.each([
    [
      'an unknown instruction',
      '(module\n  (func\n    (i32.foo)))',
      3,
      6,
      'unknown operator or unexpected token',
    ],
    ['an unknown name', '(module\n  (func call $nope))', 2, 14, 'unknown func: failed to find name `$nope`'],
    ['after characters of several bytes', '(module (func (export "é🎈") bad))', 1, 29, 'unknown operator'],
    ['after Windows line ends', '(module\r\n (func\r\n  bad))', 3, 3, 'unknown operator'],
    ['text that ends too early', '(module\n (data "abc)', 2, 13, 'unexpected end of file'],
    ['a wrong escape', '(module (func (export "\\zz")))', 1, 25, "invalid string escape 'z'"],
    ['a constant out of range', '(module (func (i32.const 99999999999)))', 1, 26, 'constant out of range'],
    ['a message with a quoted token', '(module x)', 1, 9, 'expected `(`'],
    ['another language', 'fn main() {}', 1, 1, 'expected `(`'],
    ['no text', '', 1, 1, 'expected at least one module field'],
    ['two modules', '(module)\n(module)', 2, 1, 'extra tokens remaining after parse'],
  ])('says where and why: %s', async (_, text, line, column, message) => {
    const error = await parseError(text)
    expect(error).toMatchObject({ line, column })
    expect(error.message).toMatch(new RegExp(`^guest\\.wat:${line}:${column}: `))
    expect(error.message).toContain(message)
    expect(error.message).not.toMatch(/Error|Span|kind/)
  })

  it.each([
    ['parentheses', '('.repeat(200_000)],
    ['comments', '(;'.repeat(200_000)],
    ['functions', `(module ${'(func '.repeat(100_000)}`],
    ['types', `(module (type (func (param ${'(ref '.repeat(100_000)}`],
  ])('survives deeply nested %s', async (_, text) => {
    expect(await parseError(text)).toMatchObject({ line: 1 })
    expect((await parseWat('(module)', 'next.wat')).ok).toBe(true)
  })
})
