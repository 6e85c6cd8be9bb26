import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cruise } from 'dependency-cruiser'
import type { ICruiseResult, IForbiddenRuleType } from 'dependency-cruiser'
import { expect, test } from 'vitest'
import { createProject, ROOT } from './folder.ts'

const { default: configuration } = (await import(
  pathToFileURL(join(ROOT, '.dependency-cruiser.mjs')).href
)) as { default: { forbidden: IForbiddenRuleType[]; options: object } }

/** For every rule files that break it. A file that only others import is no breach. */
const breaches: Record<string, Record<string, string>> = {
  'main-contract': { 'main/contract/a.ts': `import '../trace/trace.ts'` },
  'main-wasm': { 'main/wasm/a.ts': `import type { Result } from '../contract/result.ts'` },
  'main-filter': { 'main/filter/a.ts': `import type { Trace } from '../trace/trace.ts'` },
  'main-trace': { 'main/trace/a.ts': `import '../wasm/types.ts'` },
  'main-session-file': { 'main/session-file/a.ts': `import '../inspector/inspector.ts'` },
  'main-sql': { 'main/sql/a.ts': `import '../inspector/inspector.ts'` },
  'main-host': { 'main/host/a.ts': `import '../inspector/inspector.ts'` },
  'main-inspector': { 'main/inspector/a.ts': `import type { Door } from '../doors/door.ts'` },
  'main-doors': { 'main/doors/a.ts': `import '../trace/trace.ts'` },
  'main-electron': { 'main/electron/a.ts': `import '../cli/output.ts'` },
  'main-cli': { 'main/cli/a.ts': `import '../electron/window.ts'` },
  'main-root': { 'main/a.ts': `import './contract/result.ts'` },
  'inspector-host-types': { 'main/inspector/b.ts': `import '../host/protocol.ts'` },
  'contract-validation-only': {
    'main/contract/b.ts': `import 'node:fs'`,
    'main/contract/c.ts': `import 'ws'`,
  },
  'wasm-pure': { 'main/wasm/b.ts': `import 'node:buffer'`, 'main/wasm/c.ts': `import 'cac'` },
  'filter-pure': { 'main/filter/b.ts': `import 'node:fs'`, 'main/filter/c.ts': `import 'valibot'` },
  'trace-pure': { 'main/trace/b.ts': `import 'node:fs'`, 'main/trace/c.ts': `import 'valibot'` },
  'electron-in-its-folder': {
    'main/inspector/c.ts': `import type { App } from 'electron'`,
    'test/a.ts': `import 'electron'`,
  },
  'terminal-in-cli': {
    'main/host/b.ts': `import process from 'node:process'`,
    'main/doors/b.ts': `import 'tty'`,
  },
  'page-types-only': {
    'renderer/a.ts': `import '../main/contract/result.ts'`,
    'renderer/A.vue': `<script setup lang="ts">\nimport { success } from '../main/contract/result.ts'\nsuccess(1)\n</script>\n<template><p /></template>\n`,
    'preload/a.ts': `import { success } from '../main/contract/result.ts'`,
  },
  'renderer-alone': { 'renderer/b.ts': `import type { Trace } from '../main/trace/trace.ts'` },
  'preload-alone': { 'preload/b.ts': `import type { Trace } from '../main/trace/trace.ts'` },
  'page-without-node': { 'renderer/c.ts': `import 'node:fs'`, 'preload/c.ts': `import 'node:path'` },
  'host-modules-as-users-write-them': {
    'guests/one/host.ts': `import '../two/host.ts'`,
    'guests/two/host.ts': `import type { Trace } from '../../main/trace/trace.ts'`,
  },
  'host-api-types': { 'guests/three/host.ts': `import '../../main/host/api.ts'` },
  'guests-build': { 'guests/build.ts': `import '../main/wasm/types.ts'` },
  'main-from-dependencies': { 'main/doors/c.ts': `import 'vue'` },
  'no-circles': { 'main/host/c.ts': `import './d.ts'` },
  found: { 'main/host/e.ts': `import './nowhere.ts'` },
}

/** What the rules allow, and could take for a breach. */
const allowed: Record<string, string> = {
  'main/contract/result.ts': `import * as v from 'valibot'\nexport const success = v`,
  'main/contract/model.ts': `import type { Result } from './codes.ts'\nexport type Model = Result`,
  'main/contract/codes.ts': `import type { Model } from './model.ts'\nexport type Result = Model`,
  'main/trace/trace.ts': `import '../contract/result.ts'\nexport type Trace = 1`,
  'main/wasm/types.ts': `export type Types = 1`,
  'main/wasm/wat.ts': `export const parse = () => import('@bytecodealliance/jco-transpile/wasm-tools')`,
  'main/host/protocol.ts': `import '../wasm/types.ts'\nimport 'node:worker_threads'`,
  'main/host/d.ts': `import './c.ts'`,
  'main/host/api.ts': `export type HostContext = 1`,
  'main/inspector/inspector.ts': `import type { Message } from '../host/protocol.ts'\nimport 'node:fs'`,
  'main/doors/door.ts': `import 'ws'\nimport '../inspector/inspector.ts'\nexport type Door = 1`,
  'main/electron/window.ts': `import { app } from 'electron'\nimport '../doors/door.ts'\napp.quit()`,
  'main/cli/output.ts': `import process from 'node:process'\nimport '../inspector/inspector.ts'`,
  'preload/index.ts': `import { ipcRenderer } from 'electron'\nimport type { Result } from '../main/contract/result.ts'\nipcRenderer.once('port', () => {})`,
  'renderer/main.ts': `import { ref } from 'vue'\nimport type { Result } from '../main/contract/result.ts'\nimport App from './App.vue'\nref(App)`,
  'renderer/App.vue': `<script setup lang="ts">\nimport type { Result } from '../main/contract/result.ts'\ndefineProps<{ result: Result }>()\n</script>\n<template><p /></template>\n`,
  'guests/four/host.ts': `import { readFile } from 'node:fs/promises'\nimport type { HostContext } from 'jspi-inspector'\nreadFile('')`,
  'guests/toolchains.ts': `import '../main/wasm/wat.ts'`,
  'test/electron-stand-in/electron.ts': `import type { App } from 'electron'`,
}

test('every rule turns the files red that break it, and no others', async () => {
  const broken = Object.entries(breaches).flatMap(([rule, files]) =>
    Object.keys(files).map((file) => `${rule}: ${file}`),
  )
  const folder = await createProject({
    ...allowed,
    ...Object.assign({}, ...Object.values(breaches)),
    'package.json': await readFile(join(ROOT, 'package.json'), 'utf8'),
  })
  const { forbidden, options } = configuration
  const { output } = await cruise(
    ['main', 'preload', 'renderer', 'guests', 'test'],
    // Linked packages are to look as installed ones do.
    { ...options, baseDir: folder, ruleSet: { forbidden }, validate: true, preserveSymlinks: true },
  )
  const { violations } = (output as ICruiseResult).summary
  const found = new Set(violations.map(({ rule, from }) => `${rule.name}: ${from}`))
  expect([...found].toSorted()).toEqual(broken.toSorted())
})

test('no rule is without a breach', () => {
  expect(Object.keys(breaches)).toEqual(configuration.forbidden.map(({ name }) => name))
})
