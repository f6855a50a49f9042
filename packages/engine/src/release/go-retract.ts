/**
 * `retract` in the go.mod of modules whose release was rolled back. Go honours it once a later version carries it, so it
 * goes onto the branch of the rollback, where the next release takes it from.
 */
import { writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { PackageName, WrittenVersion } from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import type { Git } from '../ports.ts'
import { goTagOf } from '../publish/targets/go-module.ts'
import { tagsAt } from '../publish/tags.ts'

/** Go modules among them whose version is at the remote; text where the remote does not say. */
export async function modulesToRetract(
  git: Git,
  remote: string | undefined,
  versions: readonly WrittenVersion[],
  modules: ReadonlySet<PackageName>,
): Promise<readonly WrittenVersion[] | string> {
  const candidates = versions.filter(({ name }) => modules.has(name))
  if (candidates.length === 0 || remote === undefined) return []
  const there = await tagsAt(git, remote)
  if (typeof there === 'string') return there
  const answer = await git(['rev-parse', '--show-prefix'])
  const below = answer.kind === 'done' ? answer.stdout.replace(/\n$/, '') : ''
  return candidates.filter(({ dir, version }) => {
    const inside = posix.join(below, dir).replace(/\/$/, '')
    return there.has(goTagOf(inside === '.' ? '' : inside, version))
  })
}

/** In a worktree of the release's commit, at the workspace root; answers the files it wrote. */
export async function writeRetractions(root: string, modules: readonly WrittenVersion[]): Promise<readonly string[]> {
  const files = diskFiles(root)
  const written: string[] = []
  for (const { dir, version } of modules) {
    const path = posix.join(dir, 'go.mod')
    const text = files.read(path)
    if (text === undefined) continue
    await writeFile(join(root, path), withRetraction(text, version))
    written.push(path)
  }
  return written
}

function withRetraction(text: string, version: string): string {
  const end = text === '' || text.endsWith('\n') ? '' : '\n'
  return `${text}${end}\nretract v${version} // This version was rolled back.\n`
}
