/**
 * The `commit` setting of Changesets: what `add` and `version` wrote is committed at once, with the message of the
 * user's module, or with the one that Changesets makes. Only the files that were written go into the commit; the user's
 * own hooks and signing keys have their say.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { changesAsListed, listedReleases } from '@topsail/core'
import type { Change, Path, Problem, ReleasePlan, Settings, Snapshot } from '@topsail/core'
import type { CommitFunctions } from '@changesets/types'
import { gitDetail } from '../adapters/git-failure.ts'
import { gitIn } from '../adapters/git-process.ts'
import { changesetFor } from './changelog-generators.ts'
import { changesetsCommit } from './changesets-commit.ts'
import { loadUserModule } from './user-module.ts'

/** Undefined where nothing is committed. */
export type Committed = { readonly commit: string | undefined; readonly problems: readonly Problem[] }

export type CommitRequest = {
  /** The workspace root. */
  readonly root: string
  readonly setting: Settings['commit']
  /** Those that are gone as well. */
  readonly files: readonly Path[]
}

export async function commitChangeset(request: CommitRequest, change: Change): Promise<Committed> {
  return commitWith(request, ({ getAddMessage }, options) => getAddMessage?.(changesetFor(change), options))
}

/** The module is given the plan as Changesets makes it: releases in its order, those for ranges alone among them. */
export async function commitVersions(
  request: CommitRequest,
  plan: ReleasePlan,
  snapshot: Snapshot,
): Promise<Committed> {
  const releases = listedReleases(plan, snapshot).map(({ name, bump, from, to, changes }) => ({
    name,
    type: bump,
    oldVersion: from,
    newVersion: to,
    changesets: changes.map((id) => id.replace(/^changeset:/, '')),
  }))
  const changesets = changesAsListed(plan.changes).map(changesetFor)
  const preState = typeof plan.preState === 'string' ? JSON.parse(plan.preState) : snapshot.pre
  const releasePlan = { changesets, releases, preState }
  return commitWith(request, ({ getVersionMessage }, options) => getVersionMessage?.(releasePlan, options))
}

type Message = (functions: CommitFunctions, options: never) => string | Promise<string> | undefined

const nothing: Committed = { commit: undefined, problems: [] }

async function commitWith({ root, setting, files }: CommitRequest, ask: Message): Promise<Committed> {
  if (setting === false || files.length === 0) return nothing
  const [module, options] = setting
  const functions = await loadFunctions(root, module)
  if ('code' in functions) return { commit: undefined, problems: [functions] }
  try {
    const message = await ask(functions, options as never)
    // A module may have a message for one of the two alone.
    if (message === undefined) return nothing
    const done = await commitFiles(root, files, message)
    return 'commit' in done ? { ...done, problems: [] } : failed(done.detail)
  } catch (error) {
    return failed(`${module}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function failed(detail: string): Committed {
  return { commit: undefined, problems: [{ code: 'COMMIT_FAILED', severity: 'error', detail }] }
}

async function loadFunctions(root: string, module: string): Promise<CommitFunctions | Problem> {
  const loaded = await loadUserModule(root, module, isCommitFunctions)
  if (loaded.kind === 'loaded') return loaded.exported
  if (loaded.kind === 'missing' && module === '@changesets/cli/commit') return changesetsCommit
  const detail = {
    missing: 'it is not installed here',
    other: 'it exports neither getAddMessage nor getVersionMessage',
    failed: loaded.kind === 'failed' ? loaded.detail : '',
  }[loaded.kind]
  const place = { file: '.changeset/config.json' }
  const install = 'install' in loaded ? loaded.install : undefined
  return { code: 'COMMIT_MODULE_UNUSABLE', severity: 'error', place, module, detail, install }
}

function isCommitFunctions(value: unknown): value is CommitFunctions {
  if (typeof value !== 'object' || value === null) return false
  const { getAddMessage, getVersionMessage } = value as Record<string, unknown>
  return typeof getAddMessage === 'function' || typeof getVersionMessage === 'function'
}

type Done = { readonly commit: string } | { readonly detail: string }

/** What else is staged stays staged. A file that was never committed and is gone again is no part of any commit. */
async function commitFiles(root: string, files: readonly Path[], message: string): Promise<Done> {
  const git = gitIn(root)
  const known = await git(['ls-files', '-z', '--cached', '--', '.changeset'])
  if (known.kind === 'missing' || known.code !== 0) return { detail: gitDetail(known) }
  const changesets = new Set(known.stdout.split('\0'))
  const mayGo = files.filter((file) => changesets.has(file) || existsSync(join(root, file)))
  const input = mayGo.map((file) => `${file}\0`).join('')
  const paths = ['--pathspec-from-file=-', '--pathspec-file-nul']
  const added = await git(['--literal-pathspecs', 'add', '--all', '--force', ...paths], { input })
  if (added.kind === 'missing' || added.code !== 0) return { detail: gitDetail(added) }
  const made = await git(['--literal-pathspecs', 'commit', '--quiet', '--message', message, ...paths], { input })
  if (made.kind === 'missing' || made.code !== 0) return { detail: gitDetail(made) }
  const head = await git(['rev-parse', 'HEAD'])
  return { commit: head.kind === 'done' ? head.stdout.trim() : '' }
}
