/**
 * What every engine on the web rejects in excess (WebAssembly JavaScript interface, "Implementation-defined
 * Limits"). Nothing that could run has more, so a hostile file cannot make the reader hold more either.
 */
export const engineLimits = {
  types: 1_000_000,
  functions: 1_000_000,
  imports: 1_000_000,
  exports: 1_000_000,
  globals: 1_000_000,
  tags: 1_000_000,
  tables: 100_000,
  // The interface says 100, and V8 accepts more.
  memories: 100_000,
  parameters: 1000,
  results: 1000,
  structFields: 10_000,
  arrayOperands: 10_000,
} as const
