import { spawnSync } from 'node:child_process'

/** Takes promise integration away from a Node that has it, so that it is like an older one. */
export const WITHOUT_JSPI = ['--import', 'data:text/javascript,delete WebAssembly.Suspending']

/** Other Nodes of this machine, such as the one that npm runs on, which have no promise integration. */
export function findOlderNodes(): string[] {
  const found = spawnSync('which', ['-a', 'node'], { encoding: 'utf8' }).stdout ?? ''
  return [...new Set(found.trim().split('\n'))].filter(
    (node) =>
      node !== '' &&
      spawnSync(node, ['-e', 'process.exit("Suspending" in WebAssembly ? 1 : 0)']).status === 0,
  )
}
