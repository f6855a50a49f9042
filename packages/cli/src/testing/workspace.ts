/**
 * Workspaces on disk for end-to-end tests: files written, git initialised with a fixed identity and clock and no
 * configuration of the machine's, removed at the end. `more` goes into the environment. Commands run in this process, through `run`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { memoryContext } from '../context.ts'
import { run } from '../run.ts'

export type TestWorkspace = {
  readonly dir: string
  readonly git: (...args: string[]) => string
  readonly write: (files: Readonly<Record<string, string>>) => void
  readonly commit: (message: string) => string
  readonly topsail: (...args: string[]) => Promise<{ code: number; stdout: string; stderr: string }>
  readonly remove: () => void
}

export function makeWorkspace(
  files: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): TestWorkspace {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'topsail-cli-')))
  const env = { ...hermetic(dir), ...more }
  let commits = 0
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: dir, encoding: 'utf8', env: { ...env, ...clock(commits) } }).trim()
  const write: TestWorkspace['write'] = (texts) => {
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), text)
    }
  }
  const commit = (message: string): string => {
    commits += 1
    git('add', '--all')
    git('-c', 'maintenance.auto=false', 'commit', '--quiet', '--allow-empty', '--message', message)
    return headOf(dir)
  }
  write(files)
  git('init', '--quiet', '--template=', '--initial-branch', 'main')
  commit('chore: start')
  return {
    dir,
    git,
    write,
    commit,
    topsail: async (...args) => {
      const { context, stdout, stderr } = memoryContext({ cwd: dir, env, now: new Date('2026-01-02T03:04:05Z') })
      const code = await run(args, context)
      return { code, stdout: stdout(), stderr: stderr() }
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

/** The commit that HEAD stands for, where the branch has just been written. */
function headOf(dir: string): string {
  const head = readFileSync(join(dir, '.git/HEAD'), 'utf8').trim()
  return head.startsWith('ref: ') ? readFileSync(join(dir, '.git', head.slice(5)), 'utf8').trim() : head
}

export function manifest(name: string, version: string, more: Readonly<Record<string, unknown>> = {}): string {
  return `${JSON.stringify({ name, version, ...more }, undefined, 2)}\n`
}

export function changeset(bumps: Readonly<Record<string, string>>, summary: string): string {
  const lines = Object.entries(bumps).map(([name, bump]) => `"${name}": ${bump}\n`)
  return `---\n${lines.join('')}---\n\n${summary}\n`
}

/** web -> api -> db, one major for db: the cascade that most tests start from. */
export function shopFiles(): Readonly<Record<string, string>> {
  return {
    'package.json': manifest('shop', '0.0.0', { private: true }),
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    '.changeset/config.json': `${JSON.stringify({ changelog: false, baseBranch: 'main', format: false })}\n`,
    'packages/db/package.json': manifest('@acme/db', '2.0.0'),
    'packages/api/package.json': manifest('@acme/api', '2.1.3', { dependencies: { '@acme/db': '^2.0.0' } }),
    'packages/web/package.json': manifest('@acme/web', '1.0.0', { dependencies: { '@acme/api': '2.1.3' } }),
    '.changeset/brave-cats.md': changeset({ '@acme/db': 'major' }, 'Drop the connection pool'),
  }
}

function hermetic(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  }
}

function clock(commits: number): Record<string, string> {
  const date = new Date(Date.UTC(2026, 0, 1, 0, commits)).toISOString()
  return { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
}
