/**
 * Which temporary worktrees of this clone are ours, and whose: a file for each in the git folder that all its worktrees
 * share, written before git makes the worktree and taken away after it is gone. What a killed run left is told by it, and
 * nothing else is touched: not what somebody has locked, not a worktree without such a file, not one whose process may
 * still live, here or elsewhere. Nothing is pruned, for that takes worktrees whose folder is merely out of sight.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { isRecord } from '../read/record.ts'
import type { Git } from '../ports.ts'
import { hasEnded, thisProcess, type ProcessMark } from './process-mark.ts'

export type TreeMark = {
  /** After the worktree is gone. */
  drop(): void
}

/** `top`: where the worktree will be. */
export async function markTree(git: Git, top: string): Promise<TreeMark> {
  const marks = await marksFolder(git)
  if (marks === undefined) return { drop: () => {} }
  const file = join(marks, `${basename(dirname(top))}.json`)
  try {
    mkdirSync(marks, { recursive: true })
    writeFileSync(file, JSON.stringify({ top, ...thisProcess() }))
  } catch {
    // Where nothing can be written, git says so next, in making the worktree.
  }
  return { drop: () => rmSync(file, { force: true }) }
}

/** Removes what runs that have ended left behind. What cannot be removed now is tried again by the next run. */
export async function tidyTrees(git: Git): Promise<void> {
  const marks = await marksFolder(git)
  const left = marks === undefined ? [] : namesIn(marks).flatMap((name) => deadTree(join(marks, name)) ?? [])
  for (const { file, top } of left) {
    const removed = await git(['worktree', 'remove', '--force', '--', top])
    const isRemoved = removed.kind === 'done' && removed.code === 0
    if (!isRemoved && (await mayBeWorktree(git, top))) continue
    try {
      rmSync(dirname(top), { recursive: true, force: true })
      rmSync(file, { force: true })
    } catch {
      // Somebody else's right now, or another run is doing the same.
    }
  }
}

async function marksFolder(git: Git): Promise<string | undefined> {
  const answer = await git(['rev-parse', '--absolute-git-dir'])
  if (answer.kind === 'missing' || answer.code !== 0) return undefined
  const own = answer.stdout.replace(/\r?\n$/, '')
  const shared = textOf(join(own, 'commondir'))?.replace(/\n$/, '')
  return join(shared === undefined ? own : resolve(own, shared), 'topsail', 'trees')
}

function deadTree(file: string): { readonly file: string; readonly top: string } | undefined {
  const mark = parseMark(textOf(file) ?? '')
  return mark !== undefined && hasEnded(mark) ? { file, top: mark.top } : undefined
}

function parseMark(text: string): (ProcessMark & { readonly top: string }) | undefined {
  try {
    const mark: unknown = JSON.parse(text)
    if (!isRecord(mark)) return undefined
    const { top, pid, host, machine, boot, pids, began } = mark
    if (typeof top !== 'string' || !isOurs(top) || typeof pid !== 'number' || typeof host !== 'string') return undefined
    const said = [machine, boot, pids, began].map((fact) => (typeof fact === 'string' ? fact : undefined))
    return { top, pid, host, machine: said[0], boot: said[1], pids: said[2], began: said[3] }
  } catch {
    return undefined
  }
}

/** As `openTemporaryTree` calls them. */
function isOurs(top: string): boolean {
  return isAbsolute(top) && basename(top) === 'tree' && /^topsail-[a-z]+-\w{6}$/.test(basename(dirname(top)))
}

/** Also where git does not say. */
async function mayBeWorktree(git: Git, top: string): Promise<boolean> {
  const listed = await git(['worktree', 'list', '--porcelain'])
  if (listed.kind === 'missing' || listed.code !== 0) return true
  return listed.stdout.split('\n').some((line) => resolve(line.replace(/^worktree /, '')) === resolve(top))
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
