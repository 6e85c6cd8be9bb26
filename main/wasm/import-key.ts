/** Imports as keys of maps and sets. */

/** A text that two imports share only where both of their names are the same, whatever characters these have. */
export function importKey({ module, name }: { module: string; name: string }): string {
  return JSON.stringify([module, name])
}
