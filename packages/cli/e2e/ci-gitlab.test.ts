/**
 * `topsail ci pr`, `ci post` and `ci main` in the jobs of GitLab: a clone as a runner makes it, the variables of a
 * pipeline, a token or none.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGitlab, type Clone, type GitlabRig } from '@topsail/engine/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryContext } from '../src/context.ts'
import { run } from '../src/run.ts'
import { changeset, shopFiles } from '../src/testing/workspace.ts'

const mark = '<!-- topsail:pull-request -->'
const { '.changeset/brave-cats.md': _, ...shop } = shopFiles()
const settings = { changelog: '@changesets/changelog-git', baseBranch: 'main', format: false, access: 'public' }
const files = { ...shop, '.changeset/config.json': settings, '.gitignore': 'node_modules\n' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-ci-gitlab-'))
})
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))

async function topsail(clone: Clone, env: Readonly<Record<string, string>>, args: readonly string[]) {
  const isolated = { PATH: process.env['PATH'] ?? '', HOME: clone.root, ...env }
  const { context, stdout, stderr } = memoryContext({ cwd: clone.root, env: isolated })
  const code = await run(args, context)
  return { code, stdout: stdout(), stderr: stderr() }
}

/** What a runner makes of a pipeline for a merge request: its head, detached. */
async function mergeRequestJob(rig: GitlabRig, number: number, args: readonly string[], token: string | undefined) {
  const clone = await rig.clone(rig.repository, rig.tokens.ci)
  await clone.git('fetch', '--quiet', 'origin', `refs/merge-requests/${number}/head`)
  await clone.git('checkout', '--quiet', '--detach', 'FETCH_HEAD')
  const request = rig.project.mergeRequests.find(({ iid }) => iid === number)
  const env = rig.environment(token, {
    CI_PIPELINE_SOURCE: 'merge_request_event',
    CI_COMMIT_SHA: await clone.git('rev-parse', 'HEAD'),
    CI_MERGE_REQUEST_IID: String(number),
    CI_MERGE_REQUEST_TITLE: request?.title ?? '',
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: request?.source_branch ?? '',
    CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: request?.source.path ?? '',
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
  })
  return topsail(clone, env, args)
}

async function branch(clone: Clone, name: string, more: Record<string, string>, message: string): Promise<void> {
  await clone.git('fetch', '--quiet', 'origin')
  await clone.git('checkout', '--quiet', '-B', name, 'origin/main')
  await clone.write(more)
  await clone.push(message)
}

describe('a merge request', () => {
  let rig: GitlabRig
  beforeAll(async () => {
    rig = await startGitlab({ files })
    await rig.work.git('fetch', '--quiet', 'origin')
  }, 60_000)
  afterAll(() => rig?.close())
  const ourNotes = () => rig.project.notes.filter(({ body }) => body.startsWith(mark))

  test('without a changeset, then with one: one note and the status follow', async () => {
    await branch(rig.work, 'pool', { 'packages/db/pool.js': 'export {}\n' }, 'feat(db): a pool')
    const number = await rig.openMergeRequest('pool', { title: 'feat(db): a pool' })
    const lacking = await mergeRequestJob(rig, number, ['ci', 'pr'], rig.tokens.ci)
    expect(lacking).toMatchObject({ code: 1 })
    expect(ourNotes()).toMatchObject([{ author: { username: 'project_5_bot' } }])
    const link = /\[write the changeset\]\(<([^>]*)>\)/.exec(ourNotes()[0]?.body ?? '')?.[1] ?? ''
    expect(new URL(link).pathname).toBe('/acme/platform/shop/-/new/pool')
    expect(rig.project.statuses).toMatchObject([{ name: 'topsail', status: 'failed' }])
    await rig.work.write({ '.changeset/pool.md': changeset({ '@acme/db': 'minor' }, 'A pool') })
    await rig.work.push('chore: a changeset')
    expect(await mergeRequestJob(rig, number, ['ci', 'pr'], rig.tokens.ci)).toMatchObject({ code: 0 })
    expect(ourNotes()).toHaveLength(1)
    expect(ourNotes()[0]?.body).toContain('| `@acme/db` | `2.0.0`\u00A0→\u00A0`2.1.0` | minor |')
    expect(rig.project.statuses.at(-1)).toMatchObject({ name: 'topsail', status: 'success' })
  })

  test('with the token of the job alone the same is printed, and nothing fails for want of a credential', async () => {
    const { length } = rig.project.notes
    const covered = await mergeRequestJob(rig, 1, ['ci', 'pr'], undefined)
    expect(covered.code).toBe(0)
    expect(covered.stdout).toContain('`@acme/db`')
    expect(rig.project.notes).toHaveLength(length)
  })

  test('a fork: its job writes a report, and a job of the project posts it', async () => {
    const fork = await rig.fork()
    await branch(fork, 'outside', { 'packages/web/outside.js': 'export {}\n' }, 'feat(web): outside')
    const number = await rig.openMergeRequest('fork:outside', { title: 'feat(web): outside' })
    const file = join(folder, 'report.json')
    expect((await mergeRequestJob(rig, number, ['ci', 'pr', '--report', file], undefined)).code).toBe(1)
    const clone = await rig.clone(rig.repository, rig.tokens.ci)
    const env = rig.environment(rig.tokens.ci, { CI_PIPELINE_SOURCE: 'api' })
    const posted = await topsail(clone, env, ['ci', 'post', file, '--pull-request', String(number)])
    expect(posted).toMatchObject({ code: 0 })
    const note = ourNotes().find(({ of }) => of === `merge_requests/${number}`)
    expect(note?.body).toContain('/ada/shop/-/new/outside?')
  })

  test('nothing that a contributor writes is a command of GitLab, carried out on our behalf', async () => {
    const hostile = '/merge\n\n/close\n\n```\n/label ~x'
    const more = { '.changeset/hostile.md': changeset({ '@acme/web': 'patch' }, hostile) }
    await branch(rig.work, 'hostile', { ...more, 'packages/api/x.js': 'export {}\n' }, `feat: x\n\n${hostile}`)
    const number = await rig.openMergeRequest('hostile', { title: '/merge', body: 'x' })
    await mergeRequestJob(rig, number, ['ci', 'pr'], rig.tokens.ci)
    expect(ourNotes().some(({ of }) => of === `merge_requests/${number}`)).toBe(true)
    expect(rig.project.commands).toEqual([])
  })

  test('squashing under the title alone would lose that something breaks: the note says so', async () => {
    Object.assign(rig.project.settings, { squash_option: 'always' })
    await branch(rig.work, 'breaks', { 'topsail.json': '{ "sources": "both" }\n' }, 'chore: both sources')
    await rig.work.write({ 'packages/web/gone.js': 'export {}\n' })
    await rig.work.push('feat(web): less\n\nBREAKING CHANGE: the old page is gone')
    const number = await rig.openMergeRequest('breaks', { title: 'feat(web): less' })
    await mergeRequestJob(rig, number, ['ci', 'pr'], rig.tokens.ci)
    const noteOf = () => ourNotes().find(({ of }) => of === `merge_requests/${number}`)?.body ?? ''
    expect(noteOf()).toContain('MERGE_LOSES_BREAKING')
    await rig.api(rig.tokens.maintainer, 'PUT', `/projects/5/merge_requests/${number}`, { title: 'feat(web)!: less' })
    await mergeRequestJob(rig, number, ['ci', 'pr'], rig.tokens.ci)
    expect(noteOf()).not.toContain('MERGE_LOSES_BREAKING')
  })
})

describe('the default branch', () => {
  let rig: GitlabRig
  beforeAll(async () => {
    rig = await startGitlab({ files, registry: true })
  }, 60_000)
  afterAll(() => rig?.close())

  type Result = {
    readonly pullRequest?: { readonly state: string; readonly number?: number }
    readonly published?: { readonly published: readonly { readonly name: string; readonly version: string }[] }
    readonly problems: readonly { readonly code: string }[]
  }
  async function ciMain(args: readonly string[] = []) {
    const clone = await rig.clone(rig.repository, rig.tokens.ci)
    const env = rig.environment(rig.tokens.ci, {
      CI_PIPELINE_SOURCE: 'push',
      CI_COMMIT_BRANCH: 'main',
      NPM_CONFIG_USERCONFIG: rig.registry?.userconfig ?? '',
    })
    const { code, stdout, stderr } = await topsail(clone, env, ['ci', 'main', '--json', ...args])
    return { code, stderr, result: JSON.parse(stdout) as Result }
  }
  async function change(id: string, bumps: Record<string, string>, summary = `Change ${id}`): Promise<void> {
    await branch(rig.work, 'main', { [`.changeset/${id}.md`]: changeset(bumps, summary) }, `feat: ${id}`)
  }

  test('what is released is published, tagged and told of; what is pending is proposed; merged, it is published', async () => {
    const first = await ciMain()
    expect(first).toMatchObject({ code: 0, result: { pullRequest: { state: 'none' } } })
    expect(first.result.published?.published).toHaveLength(3)
    expect(rig.project.releases.map(({ tag_name }) => tag_name).toSorted()).toEqual([
      '@acme/api@2.1.3',
      '@acme/db@2.0.0',
      '@acme/web@1.0.0',
    ])
    await change('brave-cats', { '@acme/db': 'minor' }, 'Change brave-cats\n\n/merge\n\n/close')
    expect(await ciMain()).toMatchObject({ code: 0, result: { pullRequest: { state: 'opened', number: 1 } } })
    const [request] = rig.project.mergeRequests
    expect(request).toMatchObject({ source_branch: 'topsail/release', target_branch: 'main', state: 'opened' })
    expect(request?.description).toContain('`@acme/db`')
    await change('quiet-dogs', { '@acme/api': 'patch' })
    expect(await ciMain()).toMatchObject({ code: 0, result: { pullRequest: { state: 'refreshed', number: 1 } } })
    const parent = await rig.bare.git(['log', '-1', '--format=%P', 'topsail/release'])
    expect(parent).toBe(await rig.bare.git(['rev-parse', 'main']))
    await rig.merge(1)
    const last = await ciMain()
    expect(last).toMatchObject({ code: 0, result: { pullRequest: { state: 'none' } } })
    const published = last.result.published?.published.map(({ name, version }) => `${name}@${version}`).toSorted()
    expect(published).toContain('@acme/db@2.1.0')
    const release = rig.project.releases.find(({ tag_name }) => tag_name === '@acme/db@2.1.0')
    expect(release?.description).toContain('Change brave-cats')
    expect(rig.project.commands).toEqual([])
    expect((await rig.registry?.packument('@acme/db'))?.['dist-tags']['latest']).toBe('2.1.0')
  }, 120_000)

  test('a release merge request that is squashed is published all the same', async () => {
    Object.assign(rig.project.settings, { merge_method: 'ff' })
    await change('squashed', { '@acme/web': 'patch' })
    const opened = await ciMain()
    await rig.merge(opened.result.pullRequest?.number ?? 0, { squash: true })
    const { code, result } = await ciMain()
    expect({ code, problems: result.problems }).toEqual({ code: 0, problems: [] })
    expect(result.published?.published).toMatchObject([{ name: '@acme/web' }])
  }, 120_000)
})
