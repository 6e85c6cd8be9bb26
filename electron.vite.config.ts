import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { ModuleKind, transpileDeclaration } from 'typescript'

const here = import.meta.dirname

/** Makes the declarations of an entry that programs import, which have to follow from that file alone. */
const declarations = (entry: string, source: string) => ({
  name: 'declarations',
  generateBundle(this: { emitFile(file: { type: 'asset'; fileName: string; source: string }): void }) {
    const { outputText, diagnostics = [] } = transpileDeclaration(readFileSync(source, 'utf8'), {
      fileName: source,
      reportDiagnostics: true,
      compilerOptions: { module: ModuleKind.NodeNext, strict: true },
    })
    const [problem] = diagnostics
    if (problem) throw new Error(`${source}: ${JSON.stringify(problem.messageText)}`)
    this.emitFile({ type: 'asset', fileName: `${entry}.d.ts`, source: outputText })
  },
})

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rollupOptions: {
        input: {
          electron: resolve(here, 'main/electron/index.ts'),
          cli: resolve(here, 'main/cli/index.ts'),
          worker: resolve(here, 'main/host/worker.ts'),
          'query-process': resolve(here, 'main/sql/query-process.ts'),
          'session-file': resolve(here, 'main/session-file/reader.ts'),
        },
      },
    },
    plugins: [declarations('session-file', resolve(here, 'main/session-file/reader.ts'))],
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: { preload: resolve(here, 'preload/index.ts') },
        // A sandboxed preload script has to be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(here, 'renderer'),
    build: {
      outDir: resolve(here, 'out/renderer'),
      rollupOptions: { input: resolve(here, 'renderer/index.html') },
    },
    plugins: [vue()],
  },
})
