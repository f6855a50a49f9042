/** Where git is: what one `rev-parse` says of the folder we stand in. */
import { resolve } from 'node:path'
import type { Sha } from '@topsail/core'
import type { Git } from '../ports.ts'

export type GitFacts =
  | {
      readonly kind: 'repository'
      /** Undefined before the first commit. */
      readonly head: Sha | undefined
      /** The folder within the repository: empty at its top, else ending in a slash. */
      readonly prefix: string
      /** The git folder that all worktrees of the repository share, absolute. */
      readonly commonDir: string
      readonly isShallow: boolean
      /** Where the patterns of a sparse checkout lie, absolute; this worktree never had one where the file is absent. */
      readonly sparsePatterns: string
      /** Where a person's own check of what is pushed would be, absolute. */
      readonly prePush: string
      /** Where its objects are, absolute, and how they are named. */
      readonly objects: { readonly folder: string; readonly format: 'sha1' | 'sha256' }
    }
  | { readonly kind: 'unavailable'; readonly why: 'no-git' | 'no-repository' | 'git-failed'; readonly detail: string }

export async function readGitFacts(git: Git, cwd: string): Promise<GitFacts> {
  const facts = ['--show-prefix', '--git-common-dir', '--is-shallow-repository', '--show-object-format']
  const paths = ['info/sparse-checkout', 'objects', 'hooks/pre-push'].flatMap((path) => ['--git-path', path])
  const answer = await git(['rev-parse', ...facts, ...paths, '--verify', '--quiet', 'HEAD'])
  if (answer.kind === 'missing') return { kind: 'unavailable', why: 'no-git', detail: answer.detail }
  const [prefix, commonDir, isShallow, format, ...rest] = answer.stdout.split('\n')
  const [sparsePatterns = '', folder = '', prePush = '', head] = rest
  if (answer.code > 1 || commonDir === undefined || commonDir === '') {
    const detail = answer.stderr.trim()
    const why = /not a git repository/i.test(detail) ? 'no-repository' : 'git-failed'
    return { kind: 'unavailable', why, detail }
  }
  return {
    kind: 'repository',
    head: head === undefined || !/^[0-9a-f]{40,64}$/.test(head) ? undefined : head,
    prefix: prefix ?? '',
    commonDir: resolve(cwd, commonDir),
    isShallow: isShallow === 'true',
    sparsePatterns: resolve(cwd, sparsePatterns),
    prePush: resolve(cwd, prePush),
    objects: { folder: resolve(cwd, folder), format: format === 'sha256' ? 'sha256' : 'sha1' },
  }
}
