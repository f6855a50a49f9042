/**
 * The pipeline of `acme/shop` on a forge of the loopback: each run is a fresh clone of main, as a CI job has it, with
 * the environment of GitHub Actions, a registry, and nothing of this machine.
 */
import { type Clone, type ForgeRig, type ForgeRigOptions, startForge } from '@topsail/engine/testing'
import type { ReconcileResult } from '@topsail/engine'
import { memoryContext } from '../context.ts'
import { run } from '../run.ts'
import { changeset, shopFiles } from './workspace.ts'

export type Job = {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly result: ReconcileResult
}

export type PullRequestView = {
  readonly number: number
  readonly state: string
  readonly title: string
  readonly body: string
  readonly merged: boolean
  readonly head: { readonly sha: string; readonly ref: string }
}

export type ReleaseView = {
  readonly tag_name: string
  readonly name: string
  readonly body: string
  readonly prerelease: boolean
  readonly target_commitish: string
}

export type Pipeline = {
  readonly rig: ForgeRig
  /** A clone of main, and the environment of a job in it. */
  job(more?: Readonly<Record<string, string>>): Promise<{ readonly clone: Clone; readonly env: Record<string, string> }>
  /** `topsail ci main --json` in a fresh clone. */
  ciMain(args?: readonly string[], more?: Readonly<Record<string, string>>): Promise<Job>
  /** A change merged into main: a changeset, and whatever else. */
  change(id: string, bumps: Readonly<Record<string, string>>, files?: Readonly<Record<string, string>>): Promise<string>
  api(method: string, path: string, body?: object): Promise<unknown>
  pullRequest(number: number): Promise<PullRequestView>
  openPullRequests(): Promise<readonly PullRequestView[]>
  releases(): Promise<readonly ReleaseView[]>
  tags(): Promise<readonly string[]>
  versions(name: string): Promise<readonly string[]>
  close(): Promise<void>
}

export async function startPipeline(files: ForgeRigOptions['files'] = {}): Promise<Pipeline> {
  const { '.changeset/brave-cats.md': _, ...shop } = shopFiles()
  const config = { changelog: '@changesets/changelog-git', baseBranch: 'main', format: false, access: 'public' }
  const seed = { ...shop, '.changeset/config.json': config, '.gitignore': 'node_modules\n', ...files }
  const rig = await startForge({ files: seed, registry: true })
  const { registry } = rig
  if (registry === undefined) throw new Error('no registry')
  const job: Pipeline['job'] = async (more = {}) => {
    const clone = await rig.clone(rig.repository, rig.tokens.ci)
    const isolated = { PATH: process.env['PATH'] ?? '', HOME: clone.root, NPM_CONFIG_USERCONFIG: registry.userconfig }
    return { clone, env: rig.environment(rig.tokens.ci, { ...isolated, ...more }) }
  }
  const api: Pipeline['api'] = (method, path, body) =>
    rig.api(rig.tokens.maintainer, method, `/repos/${rig.repository}${path}`, body)
  return {
    rig,
    job,
    async ciMain(args = [], more = {}) {
      const { clone, env } = await job(more)
      const { context, stdout, stderr } = memoryContext({ cwd: clone.root, env })
      const code = await run(['ci', 'main', '--json', ...args], context)
      const text = stdout()
      return { code, stdout: text, stderr: stderr(), result: JSON.parse(text === '' ? '{}' : text) as ReconcileResult }
    },
    async change(id, bumps, more = {}) {
      await rig.work.git('fetch', '--quiet', 'origin')
      await rig.work.git('reset', '--quiet', '--hard', 'origin/main')
      await rig.work.write({ [`.changeset/${id}.md`]: changeset(bumps, `Change ${id}`), ...more })
      return rig.work.push(`feat: ${id}`)
    },
    api,
    async pullRequest(number) {
      return (await api('GET', `/pulls/${number}`)) as PullRequestView
    },
    async openPullRequests() {
      return (await api('GET', '/pulls?state=open')) as readonly PullRequestView[]
    },
    async releases() {
      const all: ReleaseView[] = []
      for (let page = 1; ; page += 1) {
        const found = (await api('GET', `/releases?per_page=100&page=${page}`)) as readonly ReleaseView[]
        all.push(...found)
        if (found.length < 100) return all
      }
    },
    async tags() {
      return [...(await rig.bare.refs()).keys()].flatMap((ref) => ref.split('refs/tags/')[1] ?? []).toSorted()
    },
    async versions(name) {
      return Object.keys((await registry.packument(name))?.versions ?? {})
    },
    close: () => rig.close(),
  }
}
