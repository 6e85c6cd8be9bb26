/**
 * The WebAssembly JavaScript interface with JavaScript promise integration, as far as main/ uses it.
 * TypeScript declares the namespace only in its "dom" library, and without promise integration; main/ is
 * compiled without "dom" so that browser globals cannot slip in.
 * Sources: https://webassembly.github.io/spec/js-api/ and the js-promise-integration proposal.
 */
declare namespace WebAssembly {
  type ImportExportKind = 'function' | 'memory' | 'table' | 'global' | 'tag'
  type ExportValue = ((...values: unknown[]) => unknown) | Memory | Table | Global | Tag
  type Imports = Record<string, Record<string, unknown>>
  type TableKind = 'anyfunc' | 'externref' | (string & {})

  class Module {
    private readonly brand
    constructor(bytes: ArrayBuffer | ArrayBufferView)
    static imports(module: Module): { module: string; name: string; kind: ImportExportKind }[]
    static exports(module: Module): { name: string; kind: ImportExportKind }[]
    static customSections(module: Module, name: string): ArrayBuffer[]
  }

  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Record<string, ExportValue>
  }

  class Memory {
    constructor(descriptor: {
      initial: number | bigint
      maximum?: number | bigint
      shared?: boolean
      address?: 'i32' | 'i64'
    })
    readonly buffer: ArrayBuffer | SharedArrayBuffer
    grow(deltaPages: number): number
  }

  class Table {
    constructor(
      descriptor: {
        element: TableKind
        initial: number | bigint
        maximum?: number | bigint
        address?: 'i32' | 'i64'
      },
      value?: unknown,
    )
    readonly length: number
    get(index: number): unknown
    set(index: number, value?: unknown): void
    grow(delta: number, value?: unknown): number
  }

  class Global {
    constructor(descriptor: { value: string; mutable?: boolean }, value?: unknown)
    value: unknown
  }

  class Tag {
    constructor(type: { parameters: string[] })
  }

  class Exception extends Error {
    constructor(tag: Tag, payload: unknown[], options?: { traceStack?: boolean })
    is(tag: Tag): boolean
    getArg(tag: Tag, index: number): unknown
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  /** An import whose promise suspends the guest. Absent where the engine lacks promise integration. */
  const Suspending: undefined | (new (handler: (...values: never[]) => unknown) => object)
  /** Wraps an exported function so that its suspending imports can suspend it. Absent likewise. */
  const promising: undefined | ((exported: unknown) => (...values: unknown[]) => Promise<unknown>)
  /** Thrown where a suspending import cannot suspend. */
  const SuspendError: undefined | (new (message?: string) => Error)

  function compile(bytes: ArrayBuffer | ArrayBufferView): Promise<Module>
  function validate(bytes: ArrayBuffer | ArrayBufferView): boolean
  function instantiate(module: Module, imports?: Imports): Promise<Instance>
}
