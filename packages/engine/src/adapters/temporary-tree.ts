/**
 * A commit checked out beside the clone for as long as something is made of it: nobody's files move. No hook of the clone
 * runs, for hooks are for those who work in it; and all of the commit is there, also where the clone shows only a part.
 * What a killed run left is tidied up by the next that makes one.
 */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sha } from '@topsail/core'
import type { Git } from '../ports.ts'
import { gitFailure } from './git-failure.ts'
import { markTree, tidyTrees } from './tree-marks.ts'

export type TemporaryTree = {
  readonly top: string
  /** The same folder within it that `git` stands in. */
  readonly root: string
  close(): Promise<void>
}

export type TreeOptions = {
  /** What its folder is called by whoever finds it. */
  readonly name: string
  /** Files kept elsewhere stay the pointers that they are in git. */
  readonly pointers?: boolean
}

export async function openTemporaryTree(
  git: Git,
  commit: Sha,
  { name, pointers = false }: TreeOptions,
): Promise<TemporaryTree | { readonly detail: string }> {
  await tidyTrees(git)
  const folder = await newFolder(name)
  if (typeof folder !== 'string') return folder
  const top = join(folder, 'tree')
  const mark = await markTree(git, top)
  const close = async (): Promise<void> => {
    await git(['worktree', 'remove', '--force', '--', top])
    await rm(folder, { recursive: true, force: true })
    mark.drop()
  }
  const env: Readonly<Record<string, string>> = pointers ? { GIT_LFS_SKIP_SMUDGE: '1' } : {}
  const settings = [...noHooks, '-c', 'core.sparseCheckout=false']
  const below = await git(['rev-parse', '--show-prefix'])
  const added = await git([...settings, 'worktree', 'add', '--quiet', '--detach', '--', top, commit], { env })
  const failure = gitFailure(added)
  if (failure !== undefined) {
    await close()
    return { detail: failure }
  }
  const prefix = below.kind === 'done' && below.code === 0 ? below.stdout.replace(/\n$/, '') : ''
  return { top, root: join(top, prefix), close }
}

export const noHooks: readonly string[] = ['-c', 'core.hooksPath=/dev/null']

async function newFolder(name: string): Promise<string | { readonly detail: string }> {
  try {
    return await realpath(await mkdtemp(join(tmpdir(), `topsail-${name}-`)))
  } catch (error) {
    return { detail: error instanceof Error ? error.message : String(error) }
  }
}
