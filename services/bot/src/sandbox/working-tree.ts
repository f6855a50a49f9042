/**
 * The working tree of one look, beside its clone: the head as it was fetched, and of it only what decides a plan. The
 * contents that this takes come in one request.
 */
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxGit } from './git.ts'
import type { GuardedAnswer } from './guarded.ts'

export type Checkout = {
  readonly kind: 'ready'
  readonly folder: string
  /** The whole of what this look may write to. */
  readonly place: string
  readonly head: string
  /** Of the base branch, as the forge has it now. */
  readonly baseRef: string
  remove(): Promise<void>
}

export type CheckoutAnswer =
  | Checkout
  /** The branch or the pull request is gone. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'failed'; readonly why: string }

export const looksFolder = 'looks'

export async function workingTree(
  git: SandboxGit,
  { place, baseRef }: { readonly place: string; readonly baseRef: string },
  heads: GuardedAnswer,
): Promise<CheckoutAnswer> {
  const failure = failureOf(heads, 'git rev-parse')
  const [head] = heads.kind === 'done' ? heads.stdout.trim().split('\n') : []
  if (failure !== undefined) return failure
  if (head === undefined) return { kind: 'failed', why: 'git rev-parse said too little' }
  const looks = join(place, looksFolder)
  await mkdir(looks, { recursive: true })
  await utimes(place, new Date(), new Date())
  const around = await mkdtemp(join(looks, 'look-'))
  const folder = join(around, 'tree')
  const end = async (): Promise<void> => {
    await remove(around)
    await git(['worktree', 'prune', '--expire=now'])
  }
  const made = await inTurn(git, [
    ['worktree', 'prune', '--expire=now'],
    ['worktree', 'add', '--quiet', '--detach', '--no-checkout', '--', folder, head],
  ])
  const filled = made ?? (await fill(git, folder))
  if (filled === undefined) return { kind: 'ready', folder, place, head, baseRef, remove: end }
  await end()
  return filled
}

/** What decides a plan: the files at the top, the changesets, and every manifest. */
const patterns = ['/*', '!/*/', '/.changeset/', 'package.json']

async function fill(git: SandboxGit, folder: string): Promise<CheckoutAnswer | undefined> {
  // GIT_DIR would name the clone; the working tree knows its own.
  const own = ['-C', folder, '--git-dir', join(folder, '.git')]
  const path = await git([...own, 'rev-parse', '--path-format=absolute', '--git-path', 'info/sparse-checkout'])
  const failure = failureOf(path, 'git rev-parse')
  if (failure !== undefined || path.kind !== 'done') return failure
  const file = path.stdout.trim()
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, patterns.map((pattern) => `${pattern}\n`).join(''))
  return failureOf(await git([...own, '--work-tree', folder, 'read-tree', '-m', '-u', 'HEAD']), 'git read-tree')
}

export async function inTurn(
  git: SandboxGit,
  all: readonly (readonly string[])[],
): Promise<CheckoutAnswer | undefined> {
  for (const args of all) {
    const failure = failureOf(await git(args), `git ${args[0] ?? ''}`)
    if (failure !== undefined) return failure
  }
  return undefined
}

export function failureOf(answer: GuardedAnswer, doing: string): CheckoutAnswer | undefined {
  switch (answer.kind) {
    case 'done':
      return answer.code === 0 ? undefined : { kind: 'failed', why: `${doing}: ${lastLine(answer.stderr)}` }
    case 'over':
      return answer.limit === 'size' || answer.limit === 'memory'
        ? { kind: 'too-large' }
        : { kind: 'failed', why: `${doing}: over the limit of ${answer.limit}` }
    case 'stopped':
      return { kind: 'failed', why: 'stopped' }
  }
}

/** For the log alone. The relay's address stands in what git says. */
function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? ''
  return line.replaceAll(/http:\/\/127\.0\.0\.1:\S+/g, 'the forge').slice(0, 300)
}

export function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 3 })
}
