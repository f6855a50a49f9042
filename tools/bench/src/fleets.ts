/**
 * The repositories that are measured: written by tools/fleet once, kept under `.bench/`, and written anew when the
 * generator changes. A peer that wants files of its own gets a copy with those files committed.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from './measure.ts'

export const sizeNames = ['S', 'M', 'L', 'XL'] as const
export type SizeName = (typeof sizeNames)[number]

export type Repository = { readonly size: string; readonly dir: string }

export type Fleet = Repository & {
  readonly size: SizeName
  readonly packages: number
  readonly edges: number
  readonly changesets: number
  readonly commits: number
  /** The newest commit that every package has released, and how many lie after it. */
  readonly base: string
  readonly unreleased: number
}

export const benchFolder = fileURLToPath(new URL('../../../.bench', import.meta.url))
const generator = fileURLToPath(new URL('../../fleet/src', import.meta.url))

export function fleetOf(size: SizeName): Fleet {
  const dir = generated(size)
  restore(dir)
  const manifests = readdirSync(join(dir, 'packages')).map((name) => join(dir, 'packages', name, 'package.json'))
  const commits = Number(git(dir, ['rev-list', '--count', 'HEAD']))
  const unreleased = commits - 1 - Math.floor(commits * 0.4)
  return {
    size,
    dir,
    packages: manifests.length,
    edges: manifests.reduce((total, path) => total + edgesOf(path), 0),
    changesets: readdirSync(join(dir, '.changeset')).filter((name) => /^(?!README).*\.md$/.test(name)).length,
    commits,
    base: git(dir, ['rev-parse', `HEAD~${unreleased}`]).trim(),
    unreleased,
  }
}

/** A repository of that many packages with a short history, and no tag: nothing of it was ever published. */
export function unpublished(packages: number): Repository {
  const dir = generated(String(packages))
  deleteRefs(dir, ['refs/tags'])
  return { size: String(packages), dir }
}

function generated(size: string): string {
  return cached(join(benchFolder, 'fleets', size), `${size} ${generatorHash()}`, (target) => {
    execFileSync(process.execPath, [join(generator, 'main.ts'), size, target], { stdio: 'ignore' })
  })
}

/** A copy for one peer, with these files committed. */
export function copyFor({ size, dir }: Repository, peer: string, files: Readonly<Record<string, string>>): string {
  const key = `${generatorHash()} ${createHash('sha1').update(JSON.stringify(files)).digest('hex')}`
  return cached(join(benchFolder, peer, size), key, (target) => {
    cpSync(dir, target, { recursive: true })
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(target, path, '..'), { recursive: true })
      writeFileSync(join(target, path), text)
    }
    git(target, ['add', '--all'])
    git(target, ['commit', '-q', '--allow-empty', '-m', `chore: set up ${peer}`])
  })
}

/** Undoes what a measured command wrote. */
export function restore(dir: string): void {
  git(dir, ['reset', '-q', '--hard'])
  git(dir, ['clean', '-fdq'])
}

/** All refs below these. */
export function deleteRefs(dir: string, below: readonly string[]): void {
  const refs = git(dir, ['for-each-ref', '--format=delete %(refname)', ...below])
  git(dir, ['update-ref', '--stdin'], refs)
}

export function git(dir: string, args: readonly string[], input = ''): string {
  const options = { cwd: dir, env: cleanEnvironment(), encoding: 'utf8', maxBuffer: 2 ** 28, input } as const
  return execFileSync('git', args, { ...options, stdio: ['pipe', 'pipe', 'ignore'] })
}

/** Makes a folder unless it is there with the same key; the key is written last, so that half a folder never counts. */
export function cached(dir: string, key: string, make: (dir: string) => void): string {
  const stamp = `${dir}.stamp`
  if (existsSync(stamp) && existsSync(dir) && readFileSync(stamp, 'utf8') === key) return dir
  rmSync(stamp, { force: true })
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(join(dir, '..'), { recursive: true })
  make(dir)
  writeFileSync(stamp, key)
  return dir
}

function generatorHash(): string {
  const hash = createHash('sha1')
  for (const name of readdirSync(generator).filter((file) => !/test|demo|stage|shop/.test(file))) {
    hash.update(readFileSync(join(generator, name)))
  }
  return hash.digest('hex')
}

function edgesOf(manifestPath: string): number {
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Record<string, object | undefined>
  const fields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']
  return fields.reduce((total, field) => total + Object.keys(manifest[field] ?? {}).length, 0)
}
