/**
 * What a branch did since its base, read with one diff and one log however long it is. The working tree counts: what
 * is not committed or not even added yet is the contributor's work too. Paths are relative to the workspace root and
 * what lies outside of it is left out; renames are a removal and an addition, since both packages were touched.
 */
import { TextDecoder } from 'node:util'
import type { Path, RawCommit, Sha, TouchedFile } from '@topsail/core'
import { gitFailure } from '../adapters/git-failure.ts'
import type { Git } from '../ports.ts'

export type BranchFile = TouchedFile

/** A commit with its files, which `RawCommit` only keeps as folders. */
export type LoggedCommit = Omit<RawCommit, 'dirs' | 'addedChangesets'> & { readonly files: readonly Path[] }

export type Branch = {
  readonly files: readonly BranchFile[]
  /** Newest first. */
  readonly commits: readonly LoggedCommit[]
  /** Texts at the base of the paths asked for; a path that was not there is absent. */
  readonly baseTexts: ReadonlyMap<Path, string>
  /** What git said where it could not tell all of this: nothing may be taken for absent then. */
  readonly failure: string | undefined
}

export async function readBranch(
  git: Git,
  base: Sha,
  baseFilesWanted: (files: readonly BranchFile[]) => readonly Path[],
): Promise<Branch> {
  const [{ files, ...touched }, { commits, ...logged }] = await Promise.all([
    touchedFiles(git, base),
    branchCommits(git, base),
  ])
  const baseTexts = await textsAt(git, base, baseFilesWanted(files))
  return { files, commits, baseTexts, failure: touched.failure ?? logged.failure }
}

const plainDiff = ['--no-ext-diff', '--no-renames', '--relative', '-z']

async function touchedFiles(git: Git, base: Sha): Promise<Pick<Branch, 'files' | 'failure'>> {
  const [diff, untracked] = await Promise.all([
    git(['diff', '--name-status', '--ignore-submodules=dirty', ...plainDiff, base, '--', '.']),
    git(['ls-files', '--others', '--exclude-standard', '-z', '--', '.']),
  ])
  const found = new Map<Path, BranchFile>()
  const fields = diff.kind === 'done' && diff.code === 0 ? diff.stdout.split('\0') : []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const path = fields[at + 1] ?? ''
    found.set(path, { path, how: howOf(fields[at] ?? '') })
  }
  for (const path of untracked.kind === 'done' ? untracked.stdout.split('\0') : []) {
    // A tracked file that was removed from the index only is still there.
    if (path !== '') found.set(path, { path, how: found.has(path) ? 'changed' : 'added' })
  }
  const files = [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return { files, failure: gitFailure(diff) ?? gitFailure(untracked) }
}

function howOf(status: string): BranchFile['how'] {
  if (status.startsWith('A')) return 'added'
  return status.startsWith('D') ? 'deleted' : 'changed'
}

/** `\x01` opens a record: after it a hash follows, which no file name of the record before is likely to imitate. */
const logFormat = '--format=%x01%H%x00%P%x00%aI%x00%B%x00'

async function branchCommits(git: Git, base: Sha): Promise<Pick<Branch, 'commits' | 'failure'>> {
  const log = await git(['log', '--topo-order', '--name-only', ...plainDiff, logFormat, `${base}..HEAD`, '--'])
  if (log.kind === 'missing' || log.code !== 0) return { commits: [], failure: gitFailure(log) }
  const commits: (LoggedCommit & { readonly files: Path[] })[] = []
  const fields = log.stdout.split('\0').map((field) => field.replace(/^\n/, ''))
  for (let at = 0; at < fields.length; at += 1) {
    const sha = openedBy(fields[at] ?? '')
    if (sha === undefined) {
      if (fields[at]) commits.at(-1)?.files.push(fields[at] ?? '')
      continue
    }
    const [parents = '', date = '', message = ''] = fields.slice(at + 1, at + 4)
    commits.push({ sha, parents: parents.split(' ').filter(Boolean), date, message: message.trimEnd(), files: [] })
    at += 3
  }
  return { commits, failure: undefined }
}

function openedBy(field: string): Sha | undefined {
  return field.startsWith('\u0001') && /^[0-9a-f]{40,64}$/.test(field.slice(1)) ? field.slice(1) : undefined
}

/** One process for all files; a path with a line break cannot be asked for and is taken as not there. */
async function textsAt(git: Git, base: Sha, paths: readonly Path[]): Promise<ReadonlyMap<Path, string>> {
  const asked = paths.filter((path) => !path.includes('\n'))
  if (asked.length === 0) return new Map()
  const prefix = await git(['rev-parse', '--show-prefix'])
  const folder = prefix.kind === 'done' && prefix.code === 0 ? prefix.stdout.replace(/\n$/, '') : ''
  const chunks: Buffer[] = []
  await git(['cat-file', '--batch'], {
    input: asked.map((path) => `${base}:${folder}${path}\n`).join(''),
    onOutput: (chunk) => chunks.push(chunk),
  })
  return textsInBatch(Buffer.concat(chunks), asked)
}

function textsInBatch(output: Buffer, asked: readonly Path[]): ReadonlyMap<Path, string> {
  const texts = new Map<Path, string>()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let at = 0
  for (const path of asked) {
    const end = output.indexOf(0x0a, at)
    if (end < 0) break
    const header = /^[0-9a-f]{40,64} (\w+) (\d+)$/.exec(output.toString('utf8', at, end))
    at = end + 1
    if (header === null) continue
    const size = Number(header[2])
    if (header[1] === 'blob') texts.set(path, decoder.decode(output.subarray(at, at + size)))
    at += size + 1
  }
  return texts
}
