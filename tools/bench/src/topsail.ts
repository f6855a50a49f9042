/**
 * The Topsail that is measured: the bundle that users install, laid out as in the published package, with no source
 * beside it. Built when a source is newer than the bundle.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { benchFolder, cached } from './fleets.ts'

const packages = fileURLToPath(new URL('../../../packages', import.meta.url))
const cli = join(packages, 'cli')

/** The path of the installed `topsail` command. */
export function installTopsail(): string {
  if (newestOf(join(cli, 'dist')) < newestSource()) {
    execFileSync(process.execPath, ['build.ts'], { cwd: cli, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const built = String(newestOf(join(cli, 'dist')))
  const target = cached(join(benchFolder, 'topsail'), built, (folder) => {
    mkdirSync(folder, { recursive: true })
    const { name, version, type } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8')) as Manifest
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, type }))
    for (const part of ['bin', 'dist', 'page', 'schema']) {
      if (existsSync(join(cli, part))) cpSync(join(cli, part), join(folder, part), { recursive: true })
    }
  })
  return join(target, 'bin', 'topsail.js')
}

type Manifest = { readonly name: string; readonly version: string; readonly type: string }

function newestSource(): number {
  return Math.max(...['core', 'engine', 'cli'].map((name) => newestOf(join(packages, name, 'src'))))
}

/** The time of the newest file below a folder, 0 when there is none. */
function newestOf(folder: string): number {
  if (!existsSync(folder)) return 0
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.reduce((newest, entry) => Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0)
}
