import { describe, expect, test } from 'vitest'
import type { CallPath } from '../../../main/contract/statistics.ts'
import type { PathNode } from '../../../renderer/components/statistics/path-nodes.ts'
import {
  buildPathNodes,
  buildSandwich,
  findChain,
  flatten,
  layOutFrames,
} from '../../../renderer/components/statistics/path-nodes.ts'

const step = (parent: number, functionIndex: number, selfNs: number): CallPath => ({
  parent,
  functionIndex,
  count: 1,
  totalNs: 0,
  selfNs,
  guestNs: 0,
  hostNs: 0,
  suspendedNs: 0,
})

/** 0 calls 1, which calls 0 again, which calls 2; besides, 0 calls 2, and 3 is called by none. */
const PATHS = [
  step(-1, 0, 10),
  step(0, 1, 20),
  step(1, 0, 30),
  step(2, 2, 5),
  step(0, 2, 35),
  step(-1, 3, 100),
]
const shape = (node: PathNode): unknown => [node.functionIndex, node.valueNs, node.children.map(shape)]

test('a node is as wide as its own time and all inside of it, the widest first', () => {
  expect(buildPathNodes(PATHS).map(shape)).toEqual([
    [
      0,
      100,
      [
        [1, 55, [[0, 35, [[2, 5, []]]]]],
        [2, 35, []],
      ],
    ],
    [3, 100, []],
  ])
  expect(flatten(buildPathNodes(PATHS)).map(({ depth }) => depth)).toEqual([0, 1, 2, 3, 1, 0])
})

describe('frames', () => {
  const places = (zoomed: string | null, least = 0) =>
    layOutFrames(buildPathNodes(PATHS), zoomed, least).map(({ node, depth, left, width }) => [
      node.key,
      depth,
      left,
      width,
    ])

  test('lie inside of the one that they were called from', () => {
    expect(places(null)).toEqual([
      ['/0', 0, 0, 0.5],
      ['/0/1', 1, 0, 0.275],
      ['/0/1/0', 2, 0, 0.175],
      ['/0/1/0/2', 3, 0, 0.025],
      ['/0/2', 1, 0.275, 0.175],
      ['/3', 0, 0.5, 0.5],
    ])
    expect(places(null, 0.2).map(([key]) => key)).toEqual(['/0', '/0/1', '/3'])
  })

  test('fill the width with the one that is zoomed to', () => {
    expect(places('/0/1')).toEqual([
      ['/0', 0, 0, 1],
      ['/0/1', 1, 0, 1],
      ['/0/1/0', 2, 0, 35 / 55],
      ['/0/1/0/2', 3, 0, 5 / 55],
    ])
    expect(findChain(buildPathNodes(PATHS), '/7')).toEqual([])
    expect(layOutFrames([], null, 0)).toEqual([])
  })
})

test('a sandwich has callers and callees, and counts what calls itself once', () => {
  const nodes = buildPathNodes(PATHS)
  const sandwich = buildSandwich(nodes, 2)!
  expect(shape(sandwich.callers)).toEqual([2, 40, [[0, 40, [[1, 5, [[0, 5, []]]]]]]])
  expect(shape(sandwich.callees)).toEqual([2, 40, []])
  expect(shape(buildSandwich(nodes, 0)!.callers)).toEqual([0, 100, []])
  expect(shape(buildSandwich(nodes, 0)!.callees)).toEqual(shape(nodes[0]!))
  expect(buildSandwich(nodes, 9)).toBeNull()
})
