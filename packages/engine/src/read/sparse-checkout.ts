/**
 * A sparse checkout leaves files of its commit out of the folder. A manifest or a changeset among them would be missing
 * from the plan without a word, so each of them is told; whatever else is left out does not matter. Where no pattern
 * was ever set this costs one look at the disk.
 */
import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import type { Path, Problem } from '@topsail/core'
import { memoryFiles } from '../adapters/memory-files.ts'
import type { Files, Git } from '../ports.ts'
import type { GitFacts } from './git-facts.ts'
import { expandMemberGlobs } from './member-globs.ts'
import { toolAt } from './workspace-tool.ts'

export async function leftOutOfCheckout(git: Git, facts: GitFacts, files: Files): Promise<readonly Problem[]> {
  if (facts.kind !== 'repository' || !existsSync(facts.sparsePatterns)) return []
  const listed = await git(['ls-files', '-t', '-z', '--', ...rootFiles, '.changeset', ':(glob)**/package.json'])
  if (listed.kind === 'missing' || listed.code !== 0) return []
  const absent = listed.stdout
    .split('\0')
    .flatMap((line) => (line.startsWith('S ') ? [line.slice('S '.length)] : []))
    .filter((path) => files.look(path).kind === 'absent')
  const decisive = absent.filter(isReadByName)
  const paths = [...decisive, ...membersAmong(absent, files, decisive)]
  return paths.length === 0 ? [] : [{ code: 'CHECKOUT_SPARSE', severity: 'error', paths }]
}

const rootFiles = ['package.json', 'pnpm-workspace.yaml', 'lerna.json', 'topsail.json']

function isReadByName(path: Path): boolean {
  if (rootFiles.includes(path)) return true
  return path.startsWith('.changeset/') && /\.(?:md|json)$/.test(path) && !/readme\.md$/i.test(path)
}

/** Members by the globs as they are on the disk; where the files that hold those are left out themselves, nobody knows. */
function membersAmong(absent: readonly Path[], files: Files, decisive: readonly Path[]): readonly Path[] {
  const globs = toolAt(files)?.globs ?? []
  if (globs.length === 0 || decisive.some((path) => rootFiles.includes(path))) return []
  const manifests = absent.filter((path) => posix.basename(path) === 'package.json')
  const hidden = memoryFiles(Object.fromEntries(manifests.map((path) => [path, ''])))
  return expandMemberGlobs(hidden, globs).dirs.flatMap((dir) => {
    const path = posix.join(dir, 'package.json')
    return manifests.includes(path) && !decisive.includes(path) ? [path] : []
  })
}
