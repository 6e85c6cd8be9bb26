/** Paths of calls as a tree, and what is drawn of it. */
import type { CallPath, FunctionStatistics, TimeSums } from '../../../main/contract/statistics.ts'

/** One step of a path, with what was called from it. */
export interface PathNode extends TimeSums {
  /** Stays the same while the figures change. */
  key: string
  functionIndex: number
  /** Its own time and that of all that is drawn inside of it: what its width stands for. */
  valueNs: number
  /** The one with most time first. */
  children: PathNode[]
}

/** A node in its place. Left and width are shares of the whole. */
export interface Frame {
  node: PathNode
  depth: number
  left: number
  width: number
}

/** The tree of a list of paths, in which each stands behind the one that it goes on from. */
export function buildPathNodes(paths: readonly CallPath[]): PathNode[] {
  const roots: PathNode[] = []
  const nodes: PathNode[] = []
  for (const { parent, ...path } of paths) {
    const outer = nodes[parent]
    const key = `${outer?.key ?? ''}/${path.functionIndex}`
    const node = { ...path, key, valueNs: path.selfNs, children: [] }
    nodes.push(node)
    const siblings = outer?.children ?? roots
    siblings.push(node)
  }
  for (const [index, node] of [...nodes.entries()].toReversed()) {
    node.children.sort(byValue)
    const outer = nodes[paths[index]!.parent]
    if (outer) outer.valueNs += node.valueNs
  }
  return roots.sort(byValue)
}

/** Places nodes in rows. With `zoomedKey`, that node takes the whole width, below those that lead to it. */
export function layOutFrames(roots: readonly PathNode[], zoomedKey: string | null, least: number): Frame[] {
  const frames: Frame[] = []
  let shown = roots
  let depth = 0
  for (const node of zoomedKey === null ? [] : findChain(roots, zoomedKey)) {
    frames.push({ node, depth: depth++, left: 0, width: 1 })
    shown = node.children
    if (node.key === zoomedKey) break
  }
  const zoomed = frames.at(-1)?.node
  const wholeNs = zoomed?.valueNs ?? roots.reduce((sum, { valueNs }) => sum + valueNs, 0)
  if (wholeNs > 0) placeRow(frames, shown, depth, 0, wholeNs, least)
  return frames
}

function placeRow(
  frames: Frame[],
  nodes: readonly PathNode[],
  depth: number,
  left: number,
  wholeNs: number,
  least: number,
): void {
  let at = left
  for (const node of nodes) {
    const width = node.valueNs / wholeNs
    if (width >= least) {
      frames.push({ node, depth, left: at, width })
      placeRow(frames, node.children, depth + 1, at, wholeNs, least)
    }
    at += width
  }
}

/** The nodes that lead to one, that one last; none where it is gone. */
export function findChain(roots: readonly PathNode[], key: string): PathNode[] {
  const next = roots.find((node) => key === node.key || key.startsWith(`${node.key}/`))
  if (!next) return []
  return next.key === key ? [next] : [next, ...findChain(next.children, key)]
}

/** A function by itself, wherever it was called. */
export function toNode(row: FunctionStatistics): PathNode {
  const { functionIndex, count, sumTotalNs, selfNs, guestNs, hostNs, sumSuspendedNs } = row
  const times = { totalNs: sumTotalNs, selfNs, guestNs, hostNs, suspendedNs: sumSuspendedNs }
  return { key: String(functionIndex), functionIndex, count, ...times, valueNs: selfNs, children: [] }
}

/** Depth first, each with its depth. */
export function flatten(roots: readonly PathNode[], depth = 0): { node: PathNode; depth: number }[] {
  return roots.flatMap((node) => [{ node, depth }, ...flatten(node.children, depth + 1)])
}

/**
 * One function with all that leads to it (`callers`, from the function outward) and all that it calls (`callees`).
 * Where it was called by itself, the outermost call counts. Null where no path has it.
 */
export function buildSandwich(
  roots: readonly PathNode[],
  functionIndex: number,
): { callers: PathNode; callees: PathNode } | null {
  const callers = emptyNode('', functionIndex)
  const callees = emptyNode('', functionIndex)
  let isThere = false
  function visit(node: PathNode, outer: readonly PathNode[]): void {
    if (node.functionIndex !== functionIndex) {
      for (const child of node.children) visit(child, [...outer, node])
      return
    }
    isThere = true
    merge(callees, node)
    addSums(callers, node)
    let at = callers
    for (const each of outer.toReversed()) {
      at = childOf(at, each.functionIndex)
      addSums(at, node)
    }
  }
  for (const root of roots) visit(root, [])
  if (!isThere) return null
  sortAll(callers)
  sortAll(callees)
  return { callers, callees }
}

function merge(into: PathNode, node: PathNode): void {
  addSums(into, node)
  for (const child of node.children) merge(childOf(into, child.functionIndex), child)
}

function addSums(into: PathNode, node: PathNode): void {
  for (const part of ['count', 'totalNs', 'selfNs', 'guestNs', 'hostNs', 'suspendedNs', 'valueNs'] as const) {
    into[part] += node[part]
  }
}

function childOf(node: PathNode, functionIndex: number): PathNode {
  const known = node.children.find((child) => child.functionIndex === functionIndex)
  if (known) return known
  const added = emptyNode(node.key, functionIndex)
  node.children.push(added)
  return added
}

function emptyNode(outerKey: string, functionIndex: number): PathNode {
  const sums = { count: 0, totalNs: 0, selfNs: 0, guestNs: 0, hostNs: 0, suspendedNs: 0 }
  return { key: `${outerKey}/${functionIndex}`, functionIndex, ...sums, valueNs: 0, children: [] }
}

function sortAll(node: PathNode): void {
  node.children.sort(byValue)
  for (const child of node.children) sortAll(child)
}

function byValue(one: PathNode, other: PathNode): number {
  return other.valueNs - one.valueNs || one.functionIndex - other.functionIndex
}
