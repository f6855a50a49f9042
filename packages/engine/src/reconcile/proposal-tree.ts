/**
 * What a plan writes on top of a commit, made by the version code itself in a temporary worktree: nobody's files move,
 * and it does not matter where the clone stands. Installed dependencies are lent to the worktree, for changelog
 * generators and formatters live there.
 */
import { isUtf8 } from 'node:buffer'
import { existsSync } from 'node:fs'
import { readFile, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import {
  proposalOf,
  type Path,
  type Problem,
  type Proposal,
  type ReleasePlan,
  type Sha,
  type Snapshot,
} from '@topsail/core'
import { gitDetail } from '../adapters/git-failure.ts'
import { gitIn } from '../adapters/git-process.ts'
import { openTemporaryTree } from '../adapters/temporary-tree.ts'
import type { CommitEdit } from '../forge/forge.ts'
import type { Git } from '../ports.ts'
import { planWorkspace } from '../read/read-snapshot.ts'
import { versionWorkspace } from '../version/version-workspace.ts'

export type ProposalTree = {
  /** The workspace root in the worktree. */
  readonly root: string
  readonly git: Git
  readonly commit: Sha
  close(): Promise<void>
}

export type TreePlace = { readonly root: string; readonly git: Git }

export async function openTree(
  { root, git }: TreePlace,
  commit: Sha,
): Promise<ProposalTree | { readonly detail: string }> {
  const tree = await openTemporaryTree(git, commit, { name: 'proposal', pointers: true })
  if ('detail' in tree) return tree
  const { root: inside, close } = tree
  const installed = join(root, 'node_modules')
  if (existsSync(installed) && !existsSync(join(inside, 'node_modules'))) {
    await symlink(installed, join(inside, 'node_modules'), 'junction')
  }
  return { root: inside, git: gitIn(inside), commit, close }
}

export type WrittenPlan = {
  readonly snapshot: Snapshot
  readonly plan: ReleasePlan
  /** Paths relative to the workspace root. */
  readonly edits: readonly CommitEdit[]
  readonly proposal: Proposal
  readonly problems: readonly Problem[]
}

/** Undefined edits never come out: what refuses or fails is among `problems`, with an error. */
export async function writePlan(tree: ProposalTree, now?: string): Promise<WrittenPlan> {
  const { snapshot, plan } = await planWorkspace({ cwd: tree.root, changesetCommits: true, now, index: false })
  const result = await versionWorkspace({ cwd: tree.root, snapshot, plan })
  const edits = await Promise.all(result.edits.map(({ path }) => editAt(tree.root, path)))
  const texts = new Map(
    edits.flatMap(({ path, content }) =>
      content === null ? [] : [[path, Buffer.from(content).toString('utf8')] as const],
    ),
  )
  const proposal = proposalOf(plan, tree.commit, (path) => texts.get(path))
  return { snapshot, plan, edits, proposal, problems: result.problems }
}

/** As it lies there now: a formatter or a package manager may have had the last word. */
async function editAt(root: string, path: Path): Promise<CommitEdit> {
  const file = join(root, path)
  if (!existsSync(file)) return { path, content: null }
  const [content, facts] = await Promise.all([readFile(file), stat(file)])
  // A text travels inside of the request that makes the tree; anything else is a request of its own.
  const text = isUtf8(content) ? content.toString('utf8') : content
  return { path, content: text, executable: (facts.mode & 0o100) !== 0 }
}

/** A commit of these edits on the tree's own commit. It is reachable from nowhere until a ref is moved to it. */
export async function commitEdits(
  { git, commit }: ProposalTree,
  edits: readonly CommitEdit[],
  message: string,
): Promise<{ readonly sha: Sha } | { readonly detail: string }> {
  const paths = edits.map(({ path }) => `${path}\0`).join('')
  const add = ['--literal-pathspecs', 'add', '--all', '--force', '--pathspec-from-file=-', '--pathspec-file-nul']
  const added = await git(add, { input: paths })
  const tree = added.kind === 'done' && added.code === 0 ? await git(['write-tree']) : added
  if (tree.kind === 'missing' || tree.code !== 0) return { detail: gitDetail(tree) }
  const signs = await git(['config', '--type=bool', '--get', 'commit.gpgSign'])
  const isSigned = signs.kind === 'done' && signs.stdout.trim() === 'true'
  const own = await git(['var', 'GIT_COMMITTER_IDENT'])
  const env = own.kind === 'done' && own.code === 0 ? {} : nobody
  const args = ['commit-tree', tree.stdout.trim(), '-p', commit, ...(isSigned ? ['-S'] : []), '-F', '-']
  const made = await git(args, { input: message, env })
  if (made.kind === 'missing' || made.code !== 0) return { detail: gitDetail(made) }
  return { sha: made.stdout.trim() }
}

/** A machine without a git identity proposes all the same. */
const nobody = {
  GIT_AUTHOR_NAME: 'Topsail',
  GIT_AUTHOR_EMAIL: 'topsail@localhost',
  GIT_COMMITTER_NAME: 'Topsail',
  GIT_COMMITTER_EMAIL: 'topsail@localhost',
}
