/**
 * Pull requests of a small workspace on a forge of the loopback. Each job is what GitHub Actions makes of one: a clone
 * at the trial merge of the pull request, the event in a file, a token, and nothing of this machine.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clone, type ForgeRig, startForge } from '@topsail/engine/testing'
import { memoryContext } from '../context.ts'
import { run } from '../run.ts'

export type CommentView = {
  readonly id: number
  readonly body: string
  readonly user: { readonly login: string }
}

export type CheckView = {
  readonly id: number
  readonly name: string
  readonly conclusion: string
  readonly head_sha: string
  readonly output: { readonly title: string; readonly annotations_count: number }
}

export type JobOptions = {
  readonly token?: string | undefined
  /** Of the API, where it is not the forge's own. */
  readonly apiUrl?: string
  /** Instead of the trial merge: any ref of the base repository. */
  readonly ref?: string
  readonly env?: Readonly<Record<string, string>>
}

export type JobResult = {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export type PullRequests = {
  readonly rig: ForgeRig
  /** A branch of `acme/shop` from main, with one commit, and its pull request. */
  open(branch: string, files: Record<string, string | object | null>, title?: string): Promise<number>
  /** One more commit on a branch. */
  push(branch: string, files: Record<string, string | object | null>): Promise<string>
  /** A job of this pull request, before it runs anything. */
  prepare(
    number: number,
    options?: JobOptions,
  ): Promise<{ readonly clone: Clone; readonly env: Record<string, string> }>
  /** `topsail …` in a job of this pull request. */
  job(number: number, args: readonly string[], options?: JobOptions): Promise<JobResult>
  comments(number: number): Promise<readonly CommentView[]>
  checks(sha: string): Promise<readonly CheckView[]>
  head(number: number): Promise<string>
  /** A folder of this test. */
  readonly folder: string
  close(): Promise<void>
}

export const shop = {
  'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
  '.changeset/config.json': { baseBranch: 'main' },
  'packages/db/package.json': { name: '@acme/db', version: '2.0.0' },
  'packages/api/package.json': { name: '@acme/api', version: '1.0.0', dependencies: { '@acme/db': '^2.0.0' } },
  'packages/web/package.json': { name: '@acme/web', version: '1.0.0', dependencies: { '@acme/api': '1.0.0' } },
}

export function changesetFor(name: string, bump: string, summary: string): string {
  return `---\n${JSON.stringify(name)}: ${bump}\n---\n\n${summary}\n`
}

export async function startPullRequests(files: Record<string, string | object> = shop): Promise<PullRequests> {
  const rig = await startForge({ files })
  const folder = await mkdtemp(join(tmpdir(), 'topsail-pull-requests-'))
  const api = (path: string): Promise<unknown> => rig.api(rig.tokens.maintainer, 'GET', `/repos/acme/shop${path}`)
  let events = 0

  /** Clones of jobs that have ended. */
  const idle: Clone[] = []

  const checkOut = async (ref: string): Promise<Clone> => {
    const clone = idle.pop() ?? (await rig.clone('acme/shop', rig.tokens.readOnly))
    await clone.git('clean', '--quiet', '-d', '--force', '-x')
    await clone.git('fetch', '--quiet', '--prune', 'origin', '+refs/heads/*:refs/remotes/origin/*')
    await clone.git('fetch', '--quiet', 'origin', ref)
    await clone.git('checkout', '--quiet', '--detach', 'FETCH_HEAD')
    return clone
  }
  const prepare: PullRequests['prepare'] = async (number, options = {}) => {
    const pull = await api(`/pulls/${number}`)
    const clone = await checkOut(options.ref ?? `refs/pull/${number}/merge`)
    events += 1
    const event = join(folder, `event-${events}.json`)
    await writeFile(event, JSON.stringify({ action: 'synchronize', number, pull_request: pull }))
    const { GITHUB_TOKEN: token, ...known } = rig.environment(options.token ?? '')
    const env = {
      ...known,
      ...(options.token === undefined ? {} : { GITHUB_TOKEN: token ?? '' }),
      ...(options.apiUrl === undefined ? {} : { GITHUB_API_URL: options.apiUrl }),
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: event,
      ...options.env,
    }
    return { clone, env }
  }
  return {
    rig,
    folder,
    async open(branch, more, title = 'feat: more') {
      await rig.work.git('checkout', '--quiet', '-B', branch, 'origin/main')
      await rig.work.write(more)
      await rig.work.push(title)
      return rig.openPullRequest(branch, { title })
    },
    async push(branch, more) {
      await rig.work.git('checkout', '--quiet', branch)
      await rig.work.write(more)
      return rig.work.push('chore: more')
    },
    prepare,
    async job(number, args, options) {
      const { clone, env } = await prepare(number, options)
      const { context, stdout, stderr } = memoryContext({ cwd: clone.root, env })
      const code = await run(args, context)
      idle.push(clone)
      return { code, stdout: stdout(), stderr: stderr() }
    },
    async comments(number) {
      return (await api(`/issues/${number}/comments?per_page=100`)) as readonly CommentView[]
    },
    async checks(sha) {
      const { check_runs: runs } = (await api(`/commits/${sha}/check-runs`)) as { check_runs: readonly CheckView[] }
      return runs
    },
    async head(number) {
      return ((await api(`/pulls/${number}`)) as { head: { sha: string } }).head.sha
    },
    async close() {
      await rig.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
