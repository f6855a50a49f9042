/**
 * What HEAD says, where the working tree may say otherwise: the version in each manifest, and the files that differ. Each question is one process, however many packages there are.
 */
import { manifestPath } from '@topsail/core'
import type { Package, PackageName, Path, Sha, Version } from '@topsail/core'
import { gitDetail } from '../adapters/git-failure.ts'
import type { Git } from '../ports.ts'
import type { Tags } from '../read/tags.ts'

export type HeadState = {
  /** A package without an entry has no manifest in HEAD. */
  readonly versions: ReadonlyMap<PackageName, Version | undefined>
  /** Of those that were asked for, what is there. */
  readonly tags: Tags
  /** Git failed, and why: nothing is known of either. */
  readonly failure?: string
}

export async function readHead(
  git: Git,
  packages: readonly Package[],
  tagNames: readonly string[],
): Promise<HeadState> {
  const found = await askForObjects(git, [
    ...packages.map((pkg) => `HEAD:./${manifestPath(pkg)}`),
    ...tagNames.map((tag) => `refs/tags/${tag}^{}`),
  ])
  if (typeof found === 'string') return { versions: new Map(), tags: new Map(), failure: found }
  const versions = packages.flatMap(({ name }, index) => {
    const text = textOf(found[index])
    return text === undefined ? [] : [[name, versionIn(text)] as const]
  })
  const tags = tagNames.flatMap((tag, index) => {
    const commit = found[packages.length + index]
    return commit === undefined ? [] : [[tag, commit.name] as const]
  })
  return { versions: new Map(versions), tags: new Map(tags) }
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

/** The texts of these files in order; undefined for one that is not there. */
export async function readObjects(git: Git, objects: readonly string[]): Promise<readonly (string | undefined)[]> {
  return (await findObjects(git, objects)).map(textOf)
}

export type FoundObject = { readonly name: Sha; readonly type: string; readonly bytes: Buffer }

export function textOf(object: FoundObject | undefined): string | undefined {
  return object?.type === 'blob' ? object.bytes.toString('utf8') : undefined
}

/** In the order in which they are asked for; undefined for one that is not there, and for all where git fails. */
export async function findObjects(git: Git, objects: readonly string[]): Promise<readonly (FoundObject | undefined)[]> {
  const found = await askForObjects(git, objects)
  return typeof found === 'string' ? objects.map(() => undefined) : found
}

/** Text: what git said when it failed. What is not there is no failure. */
async function askForObjects(
  git: Git,
  objects: readonly string[],
): Promise<readonly (FoundObject | undefined)[] | string> {
  if (objects.length === 0) return []
  const chunks: Buffer[] = []
  // Git takes a name a line: one that is two would move all answers after it.
  const input = objects.map((name) => `${name.includes('\n') ? noObject : name}\n`).join('')
  const answer = await git(['cat-file', '--batch'], { input, onOutput: (chunk) => chunks.push(chunk) })
  if (answer.kind === 'missing' || answer.code !== 0) return gitDetail(answer)
  const bytes = Buffer.concat(chunks)
  const found: (FoundObject | undefined)[] = []
  for (let at = 0; at < bytes.length && found.length < objects.length;) {
    const begin = bytes.indexOf(10, at) + 1
    const [, name, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(bytes.toString('utf8', at, begin - 1)) ?? []
    const isThere = name !== undefined && type !== undefined
    const end = begin + Number(size)
    found.push(isThere ? { name, type, bytes: bytes.subarray(begin, end) } : undefined)
    at = isThere ? end + 1 : begin
  }
  return found
}

const noObject = '0'.repeat(40)

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
