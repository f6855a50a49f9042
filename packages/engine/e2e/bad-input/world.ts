/**
 * A workspace with one thing wrong. Every row starts from the same sound workspace, in which one good changeset raises
 * `@acme/a` to 1.1.0; around it lie files that nobody may touch or learn anything from.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProblemCode } from '@topsail/core'
import type { ReadOptions } from '@topsail/engine'
import { writeObject } from '../../src/testing/loose-objects.ts'

/** A text, bytes, a symbolic link, a folder, or nothing at all. */
export type Content = string | Uint8Array | { readonly link: string } | 'folder' | undefined

export type BadInput = {
  readonly name: string
  /** Over the sound workspace; undefined takes a file of it away. */
  readonly files?: Readonly<Record<string, Content>>
  /** Messages of commits, oldest first, each with the files it writes; the workspace itself is the first commit. */
  readonly commits?: readonly Commit[]
  readonly tags?: readonly string[]
  readonly options?: Partial<ReadOptions>
  /** Every code that is reported, once; none when the input is unusual but right. */
  readonly codes: readonly ProblemCode[]
  /** Every release of the plan, by name. Left out: the one of the sound workspace. */
  readonly plan?: Readonly<Record<string, string>>
}

export type Commit = { readonly message: string; readonly files?: Readonly<Record<string, string>> }

export const soundPlan = { '@acme/a': '1.1.0' }

const soundFiles: Readonly<Record<string, Content>> = {
  'package.json': '{ "name": "acme", "private": true }\n',
  'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
  '.changeset/config.json': '{ "baseBranch": "main" }\n',
  '.changeset/good.md': "---\n'@acme/a': minor\n---\n\nGood.\n",
  'packages/a/package.json': '{ "name": "@acme/a", "version": "1.0.0" }\n',
  'packages/b/package.json': '{ "name": "@acme/b", "version": "1.0.0", "dependencies": { "@acme/a": "^1.0.0" } }\n',
}

/** The folder of the workspace, inside `outer` with its neighbours. */
export function buildWorld(outer: string, input: BadInput): string {
  const dir = join(outer, 'workspace')
  write(outer, 'secret/package.json', '{ "name": "@acme/secret", "version": "9.9.9" }\n')
  write(outer, 'secret/leak.md', "---\n'@acme/b': major\n---\n\nFrom outside.\n")
  for (const [path, content] of Object.entries({ ...soundFiles, ...input.files })) write(dir, path, content)
  if (input.commits !== undefined) commitAll(dir, input.commits, input.tags ?? [])
  return dir
}

/** A line for everything below a folder: kind, path, and what it holds. */
export function listTree(root: string, leaveOut: string): readonly string[] {
  const lines: string[] = []
  const visit = (dir: string): void => {
    for (const name of readdirSync(dir).toSorted()) {
      const path = join(dir, name)
      if (path === leaveOut) continue
      const stats = lstatSync(path)
      if (stats.isDirectory()) visit(path)
      lines.push(`${path.slice(root.length)} ${stats.mode} ${contentOf(path, stats)}`)
    }
  }
  visit(root)
  return lines
}

function contentOf(path: string, stats: ReturnType<typeof lstatSync>): string {
  if (stats?.isSymbolicLink()) return readlinkSync(path)
  return stats?.isFile() ? `${stats.mtimeMs} ${createHash('sha1').update(readFileSync(path)).digest('hex')}` : ''
}

function write(root: string, path: string, content: Content): void {
  const target = join(root, path)
  if (content === undefined) return rmSync(target, { force: true })
  mkdirSync(dirname(target), { recursive: true })
  if (content === 'folder') mkdirSync(target, { recursive: true })
  else if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(target, content)
  else symlinkSync(content.link, target)
}

function commitAll(dir: string, commits: readonly Commit[], tags: readonly string[]): void {
  git(dir, ['init', '-q', '-b', 'main', '--template='])
  const first = commit(dir, 'chore: begin', undefined)
  let head = first
  for (const { message, files } of commits) {
    for (const [path, text] of Object.entries(files ?? {})) write(dir, path, text)
    head = commit(dir, message, head)
  }
  const refs = [...tags.map((tag) => `create refs/tags/${tag}\0${first}\0`), `create refs/heads/main\0${head}\0`]
  git(dir, ['update-ref', '-z', '--stdin'], refs.join(''))
}

/** The message goes in as it is, bytes that git would tidy away included. */
function commit(dir: string, message: string, parent: string | undefined): string {
  git(dir, ['add', '--all'])
  const tree = git(dir, ['write-tree']).trim()
  const who = 'Ada <ada@acme.example> 1767225600 +0000'
  const parents = parent === undefined ? '' : `parent ${parent}\n`
  const text = `tree ${tree}\n${parents}author ${who}\ncommitter ${who}\n\n${message}`
  return writeObject({ folder: join(dir, '.git') }, 'commit', Buffer.from(text))
}

function git(dir: string, args: readonly string[], input = ''): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  return execFileSync('git', args, { cwd: dir, env, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
}
