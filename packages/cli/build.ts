/**
 * Bundles the command line into `dist/`: one small entry, and a chunk for each command and each heavy part, loaded when
 * it is used. Nothing stays outside, so that installing Topsail is installing one package.
 * An argument names another folder than `dist/`.
 */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown, type Plugin } from 'rolldown'

const folder = new URL('.', import.meta.url)

const dist = resolve(fileURLToPath(folder), process.argv[2] ?? 'dist')

/**
 * What Node brings along is taken from the process. An import statement evaluates every property of such a module, and
 * so makes what nobody asked for: streams with `fs`, all of web cryptography with `crypto`, with `http` a client for
 * WebSockets that takes 30 ms. Here only what is used is asked for.
 */
const builtins: Plugin = {
  name: 'builtins',
  renderChunk: (code) =>
    code.replaceAll(/^import (.+) from "([\w:/]+)";$/gm, (line: string, names: string, id: string) =>
      isBuiltin(id) ? takenFromProcess(names, id) : line,
    ),
}

/** What takes milliseconds to load and is not needed by every command: their functions are looked up when called. */
const lateBuiltins = new Set(['crypto', 'zlib', 'os'])

/** `names` as an import statement has them: `fs, { readFileSync as read }`. */
function takenFromProcess(names: string, id: string): string {
  // `process` itself may be one of the names.
  const builtin = `globalThis.process.getBuiltinModule("${id}")`
  const isLate = (name: string): boolean => lateBuiltins.has(id.replace(/^node:/, '')) && isPlainFunction(id, name)
  const match = /^(?:\* as )?([\w$]+)?(?:, )?(?:\{ (.+) \})?$/.exec(names)
  if (match === null) throw new Error(`an import that nobody has seen yet: ${names}`)
  const [, whole, some = ''] = match
  const parts = some === '' ? [] : some.split(', ').map((part) => part.split(' as '))
  const wholes = [whole, ...parts.flatMap(([name, alias]) => (name === 'default' ? [alias] : []))]
  const named = parts.filter(([name]) => name !== 'default')
  const soon = named.filter(([name = '']) => !isLate(name)).map(([name, alias]) => (alias ? `${name}: ${alias}` : name))
  const late = named.filter(([name = '']) => isLate(name))
  return [
    ...wholes.flatMap((name) => (name === undefined ? [] : [`const ${name} = ${builtin};`])),
    ...(soon.length === 0 ? [] : [`const { ${soon.join(', ')} } = ${builtin};`]),
    ...late.map(([name, alias = name]) => `const ${alias} = (...given) => ${builtin}.${name}(...given);`),
  ].join('\n')
}

/** Not a class, of which instances are made or asked for. */
function isPlainFunction(id: string, name: string): boolean {
  const value: unknown = Object(process.getBuiltinModule(id))[name]
  return typeof value === 'function' && /^[a-z]/.test(name)
}

/**
 * npm's libraries load more than a release uses: a cache of answers that is never asked for, the signing of provenance that
 * few want, the names of packages taken apart where only a token is looked up. They are loaded when something of theirs is.
 */
const latePackages = new Set(['cacache', 'npm-package-arg', 'sigstore'])

const packagesWhenUsed: Plugin = {
  name: 'packages-when-used',
  async resolveId(id, importer) {
    if (!latePackages.has(id)) return undefined
    const found = await this.resolve(id, importer, { skipSelf: true })
    if (found === null) throw new Error(`${id} is not there to be loaded later`)
    return `\0late:${found.id}`
  },
  load(id) {
    if (!id.startsWith('\0late:')) return undefined
    const path = JSON.stringify(id.slice('\0late:'.length))
    return `let it; const found = () => (it ??= require(${path}));
module.exports = new Proxy(() => {}, { get: (_, key) => found()[key], apply: (_, self, given) => found()(...given) })`
  },
}

/**
 * What nearly every command reads, plans and says, with all that it needs: one chunk, since each costs a search, a file
 * and a link, and thirty of them more than the code that a command has no use for.
 */
const planning =
  /[\\/]packages[\\/](?:cli[\\/]src[\\/](?:command|context|commands[\\/]plan|render[\\/](?:plan-table|problem))|engine[\\/]src[\\/]read[\\/]read-snapshot)\.ts$/
/** What writes a plan, in the same way. */
const versioning =
  /[\\/]packages[\\/](?:cli[\\/]src[\\/]commands[\\/]version|engine[\\/]src[\\/]version[\\/]version-workspace)\.ts$/

const yamlModules = fileURLToPath(new URL('../browser/dist/index.js', import.meta.resolve('yaml')))

/** Loading these does nothing but define what they export. */
const harmless = /[\\/](?:packages[\\/](?:core|engine)[\\/]src|node_modules[\\/]yaml[\\/]browser)[\\/]/

rmSync(dist, { recursive: true, force: true })
const bundle = await rolldown({
  cwd: fileURLToPath(folder),
  input: 'src/main.ts',
  platform: 'node',
  plugins: [builtins, packagesWhenUsed],
  // The ES module where a package has both: what a UMD wrapper requires cannot be followed. Node gets yaml's other form,
  // of which nothing can be left out.
  resolve: { mainFields: ['module', 'main'], alias: { yaml: yamlModules } },
  treeshake: { moduleSideEffects: [{ test: harmless, sideEffects: false }] },
})
const { output } = await bundle.write({
  dir: dist,
  format: 'esm',
  // Chunks lie beside the entry: files of the package are found relative to them (src/assets.ts).
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: {
    groups: [
      { name: 'planning', test: planning },
      { name: 'versioning', test: versioning },
    ],
  },
  minify: { mangle: false, compress: true, codegen: true },
})
await bundle.close()
const modules = output
  .flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
  .filter((id) => !id.startsWith('\0'))
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
