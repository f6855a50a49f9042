/**
 * Bundles the command line into `dist/`: one small entry, and a chunk for each command and each heavy part, loaded when
 * it is used. Nothing stays outside, so that installing Topsail is installing one package.
 * An argument names another folder than `dist/`.
 */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown, type Plugin } from 'rolldown'

const folder = new URL('.', import.meta.url)

const dist = resolve(fileURLToPath(folder), process.argv[2] ?? 'dist')

/**
 * Imported as a module, `http` shows everything it has, and what of that is only made when asked for, a whole client for
 * WebSockets, is made at once: 30 ms that nobody needs.
 */
const plainHttp: Plugin = {
  name: 'plain-http',
  resolveId: (id) => (/^(node:)?http$/.test(id) ? { id: '\0http', moduleSideEffects: false } : null),
  load(id) {
    if (id !== '\0http') return null
    const isMade = (name: string): boolean => Object.getOwnPropertyDescriptor(http, name)?.get === undefined
    const names = Object.keys(http).filter(isMade).join(', ')
    return `const http = process.getBuiltinModule('node:http')\nexport default http\nexport const { ${names} } = http\n`
  },
}

rmSync(dist, { recursive: true, force: true })
const bundle = await rolldown({
  cwd: fileURLToPath(folder),
  input: 'src/main.ts',
  platform: 'node',
  plugins: [plainHttp],
  // The ES module where a package has both: what a UMD wrapper requires cannot be followed.
  resolve: { mainFields: ['module', 'main'] },
  treeshake: { moduleSideEffects: [{ test: /[\\/]packages[\\/](?:core|engine)[\\/]src[\\/]/, sideEffects: false }] },
})
const { output } = await bundle.write({
  dir: dist,
  format: 'esm',
  // Chunks lie beside the entry: files of the package are found relative to them (src/assets.ts).
  chunkFileNames: '[name]-[hash].js',
  minify: { mangle: false, compress: true, codegen: true },
})
await bundle.close()
const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
writeFileSync(join(dist, 'THIRD-PARTY.txt'), licencesOf(modules))

/** The licence texts of everything that was bundled, as those licences ask. */
function licencesOf(ids: readonly string[]): string {
  const folders = new Set(ids.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? []))
  return [...folders]
    .map((path) => {
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
      const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry))
      const text = file === undefined ? `Licence: ${license}` : readFileSync(join(path, file), 'utf8').trim()
      return `${name} ${version}\n\n${text}\n`
    })
    .toSorted()
    .join(`\n${'-'.repeat(80)}\n\n`)
}
