/**
 * What HEAD says, where the working tree may say otherwise: the version in each manifest, and the files that differ. Each question is one process, however many packages there are.
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

/** Packages whose folder in some commit, by name, is the same as in HEAD. */
export async function unchangedSince(
  git: Git,
  commits: readonly { readonly pkg: Package; readonly commit: Sha }[],
): Promise<ReadonlySet<PackageName>> {
  if (commits.length === 0) return new Set()
  const lines = commits.flatMap(({ pkg, commit }) => [`${commit}:./${pkg.dir}`, `HEAD:./${pkg.dir}`])
  const answer = await git(['cat-file', '--batch-check=%(objectname)'], { input: `${lines.join('\n')}\n` })
  if (answer.kind === 'missing' || answer.code !== 0) return new Set()
  const trees = answer.stdout.split('\n')
  const isSame = (at: number): boolean => trees[2 * at] === trees[2 * at + 1] && /^[0-9a-f]+$/.test(trees[2 * at] ?? '')
  return new Set(commits.flatMap(({ pkg }, at) => (isSame(at) ? [pkg.name] : [])))
}

/**
 * Files of the workspace that are changed, added or not known to git; those it ignores are left out. `below`: the
 * workspace within the repository.
 */
export async function changedFiles(git: Git, below: string): Promise<readonly Path[]> {
  const answer = await git(['status', '--porcelain=v1', '-z', '--no-renames', '--', '.'])
  if (answer.kind === 'missing' || answer.code !== 0) return []
  return answer.stdout.split('\0').flatMap((entry) => {
    const path = entry.slice(3)
    return path.startsWith(below) && path !== '' ? [path.slice(below.length)] : []
  })
}

export function filesBelow(files: readonly Path[], dirs: readonly Path[]): readonly Path[] {
  const wanted = new Set(dirs)
  return files.filter((file) => wanted.has('.') || foldersAbove(file).some((dir) => wanted.has(dir)))
}

/** The texts of these objects in order; undefined for one that is not there. */
export async function readObjects(git: Git, objects: readonly string[]): Promise<readonly (string | undefined)[]> {
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

export function versionIn(text: string): Version | undefined {
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
