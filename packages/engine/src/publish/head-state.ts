/**
 * What HEAD says, where the working tree may say otherwise: the version in each manifest, the files that differ, and
 * the commit that wrote a present version. Each question is one process, however many packages there are.
 */
import { manifestPath } from '@topsail/core'
import type { Package, PackageName, Path, Sha, Version } from '@topsail/core'
import type { Git } from '../ports.ts'

/** A package without an entry has no manifest in HEAD. */
export async function versionsAtHead(
  git: Git,
  packages: readonly Package[],
): Promise<ReadonlyMap<PackageName, Version | undefined>> {
  const texts = await readObjects(
    git,
    packages.map((pkg) => `HEAD:./${manifestPath(pkg)}`),
  )
  const versions = new Map<PackageName, Version | undefined>()
  packages.forEach((pkg, index) => {
    const text = texts[index]
    if (text !== undefined) versions.set(pkg.name, versionIn(text))
  })
  return versions
}

/** Files below these folders that are changed, added or not known to git; those it ignores are left out. */
export async function dirtyFiles(git: Git, dirs: readonly Path[]): Promise<readonly Path[]> {
  if (dirs.length === 0) return []
  const answer = await git(['status', '--porcelain=v1', '-z', '--no-renames', '--', '.'])
  if (answer.kind === 'missing' || answer.code !== 0) return []
  const prefix = await git(['rev-parse', '--show-prefix'])
  const below = prefix.kind === 'done' && prefix.code === 0 ? prefix.stdout.trim() : ''
  const files = answer.stdout.split('\0').flatMap((entry) => {
    const path = entry.slice(3)
    return path.startsWith(below) && path !== '' ? [path.slice(below.length)] : []
  })
  const packed = new Set(dirs)
  return files.filter((file) => packed.has('.') || foldersAbove(file).some((dir) => packed.has(dir)))
}

/** For each package the newest commit in which its manifest got the version it has now. */
export async function versionCommits(git: Git, packages: readonly Package[]): Promise<ReadonlyMap<PackageName, Sha>> {
  if (packages.length === 0) return new Map()
  const paths = packages.map(manifestPath)
  const log = await git([
    'log',
    '--format=%x01%H',
    '--name-only',
    '--relative',
    '--no-renames',
    '-m',
    '--first-parent',
    '-z',
    '--',
    ...paths,
  ])
  if (log.kind === 'missing' || log.code !== 0) return new Map()
  const touched = commitsByPath(log.stdout)
  const questions = packages.flatMap((pkg) => (touched.get(manifestPath(pkg)) ?? []).map((commit) => ({ pkg, commit })))
  const texts = await readObjects(
    git,
    questions.map(({ pkg, commit }) => `${commit}:./${manifestPath(pkg)}`),
  )

  const commits = new Map<PackageName, Sha>()
  const past = new Set<PackageName>()
  questions.forEach(({ pkg, commit }, index) => {
    if (past.has(pkg.name)) return
    const text = texts[index]
    if (text !== undefined && versionIn(text) === pkg.version) commits.set(pkg.name, commit)
    else past.add(pkg.name)
  })
  return commits
}

function commitsByPath(log: string): ReadonlyMap<Path, readonly Sha[]> {
  const commits = new Map<Path, Sha[]>()
  for (const entry of log.split('\u0001')) {
    const [head = '', ...names] = entry.split('\0')
    const commit = head.trim()
    for (const name of names) {
      const path = name.replace(/^\n/, '')
      if (path === '') continue
      commits.set(path, [...(commits.get(path) ?? []), commit])
    }
  }
  return commits
}

/** The texts of these objects in order; undefined for one that is not there. */
async function readObjects(git: Git, objects: readonly string[]): Promise<readonly (string | undefined)[]> {
  if (objects.length === 0) return []
  const chunks: Buffer[] = []
  const input = `${objects.join('\n')}\n`
  const answer = await git(['cat-file', '--batch'], { input, onOutput: (chunk) => chunks.push(chunk) })
  if (answer.kind === 'missing' || answer.code !== 0) return objects.map(() => undefined)
  const bytes = Buffer.concat(chunks)
  const texts: (string | undefined)[] = []
  for (let at = 0; at < bytes.length && texts.length < objects.length;) {
    const end = bytes.indexOf(10, at)
    const size = / blob (\d+)$/.exec(bytes.toString('utf8', at, end))?.[1]
    texts.push(size === undefined ? undefined : bytes.toString('utf8', end + 1, end + 1 + Number(size)))
    at = size === undefined ? end + 1 : end + 1 + Number(size) + 1
  }
  return texts
}

function versionIn(text: string): Version | undefined {
  try {
    const manifest = JSON.parse(text.replace(/^\uFEFF/, '')) as { readonly version?: unknown } | null
    return typeof manifest?.version === 'string' ? manifest.version : undefined
  } catch {
    return undefined
  }
}

function foldersAbove(file: Path): readonly Path[] {
  const parts = file.split('/')
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'))
}
