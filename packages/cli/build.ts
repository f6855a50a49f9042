/**
 * Bundles the command line into `dist/`: one small entry, and a chunk for each command and each heavy part, loaded when
 * it is used. What stands under `dependencies` in package.json stays outside: libraries that read files of their own.
 */
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const folder = new URL('.', import.meta.url)
const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'))
const dependencies = Object.keys((manifest as { dependencies?: Record<string, string> }).dependencies ?? {})

rmSync(new URL('dist', folder), { recursive: true, force: true })
const bundle = await rolldown({
  cwd: fileURLToPath(folder),
  input: 'src/main.ts',
  platform: 'node',
  // The ES module where a package has both: what a UMD wrapper requires cannot be followed.
  resolve: { mainFields: ['module', 'main'] },
  external: dependencies.flatMap((name) => [name, new RegExp(`^${name}/`)]),
  treeshake: { moduleSideEffects: [{ test: /[\\/]packages[\\/](?:core|engine)[\\/]src[\\/]/, sideEffects: false }] },
})
await bundle.write({
  dir: 'dist',
  format: 'esm',
  // Chunks lie beside the entry: files of the package are found relative to them (src/assets.ts).
  chunkFileNames: '[name]-[hash].js',
  minify: { mangle: false, compress: true, codegen: true },
})
await bundle.close()
