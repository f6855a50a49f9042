/**
 * Makes `dist/`, which is all that the container image holds of ours: the bot as one bundle, and the built `topsail`
 * program in the `node_modules` beside it, where the bot looks for it. Arguments name another folder than `dist/`, and
 * another one that holds the built program.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const folder = fileURLToPath(new URL('.', import.meta.url))
const dist = resolve(folder, process.argv[2] ?? 'dist')
const topsail = dirname(createRequire(import.meta.url).resolve('topsail/package.json'))
const built = resolve(topsail, process.argv[3] ?? 'dist')
if (!existsSync(built)) throw new Error('topsail is not built: run `turbo run build`')

rmSync(dist, { recursive: true, force: true })
const bundle = await rolldown({
  cwd: folder,
  input: 'src/main.ts',
  platform: 'node',
  // The ES module where a package has both: what a UMD wrapper requires cannot be followed.
  resolve: { mainFields: ['module', 'main'] },
  // Used only where it is installed as well.
  external: ['pg-native', 'pg-cloudflare'],
  treeshake: { moduleSideEffects: [{ test: /[\\/]packages[\\/](?:core|engine)[\\/]src[\\/]/, sideEffects: false }] },
})
const { output } = await bundle.write({ dir: dist, format: 'esm', chunkFileNames: '[name]-[hash].js' })
await bundle.close()

const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ name: '@topsail/bot', version, type: 'module' })}\n`)
const program = join(dist, 'node_modules', 'topsail')
mkdirSync(program, { recursive: true })
for (const part of ['package.json', 'bin', 'schema'])
  cpSync(join(topsail, part), join(program, part), { recursive: true })
cpSync(built, join(program, 'dist'), { recursive: true })
writeFileSync(
  join(dist, 'THIRD-PARTY.txt'),
  licencesOf(output.flatMap((file) => ('moduleIds' in file ? file.moduleIds : []))),
)

/** The licence texts of everything that was bundled, as those licences ask. */
function licencesOf(ids: readonly string[]): string {
  const folders = new Set(ids.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? []))
  return [...folders]
    .map((path) => {
      const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Record<string, unknown>
      const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry))
      const text =
        file === undefined ? `Licence: ${manifest['license']}` : readFileSync(join(path, file), 'utf8').trim()
      return `${manifest['name']} ${manifest['version']}\n\n${text}\n`
    })
    .toSorted()
    .join(`\n${'-'.repeat(80)}\n\n`)
}
