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
  | {
      readonly kind: 'unavailable'
      readonly why: 'no-git' | 'git-too-old' | 'no-repository' | 'git-failed'
      readonly detail: string
    }

/** The oldest git that knows everything it is asked here: `fetch --no-write-fetch-head`. README.md names it. */
const oldestGit = [2, 29] as const

export async function readGitFacts(git: Git, cwd: string): Promise<GitFacts> {
  const facts = ['--show-prefix', '--git-common-dir', '--is-shallow-repository', '--show-object-format']
  const paths = ['info/sparse-checkout', 'objects', 'hooks/pre-push'].flatMap((path) => ['--git-path', path])
  const answer = await git(['rev-parse', ...facts, ...paths, youngOption, '--verify', '--quiet', 'HEAD'])
  if (answer.kind === 'missing') return { kind: 'unavailable', why: 'no-git', detail: answer.detail }
  const lines = answer.stdout.split('\n')
  if (lines.includes(youngOption)) {
    const version = await versionOf(git)
    if (isTooOld(version)) return { kind: 'unavailable', why: 'git-too-old', detail: version }
  }
  const [prefix, commonDir, isShallow, format, ...rest] = lines.filter((line) => line !== youngOption)
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

/** It concerns what follows it, and here nothing does: a git before 2.31 only says it back, and may be asked how old it is. */
const youngOption = '--path-format=absolute'

async function versionOf(git: Git): Promise<string> {
  const answer = await git(['--version'])
  return answer.kind === 'done' ? (/\d+(?:\.\d+)+/.exec(answer.stdout)?.[0] ?? '') : ''
}

/** What does not say is taken as it comes. */
function isTooOld(version: string): boolean {
  const [major = Infinity, minor = 0] = version.split('.').flatMap((part) => (part === '' ? [] : [Number(part)]))
  return major < oldestGit[0] || (major === oldestGit[0] && minor < oldestGit[1])
}
