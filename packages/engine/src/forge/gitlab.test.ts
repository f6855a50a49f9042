import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGitlab, type GitlabRig } from '../testing/index.ts'
import { openForge, readForgeEnvironment } from './forge-environment.ts'
import type { Forge } from './forge.ts'
import { gitlabForge } from './gitlab.ts'
import { mergeSettingsOf } from './gitlab-shapes.ts'

let rig: GitlabRig
const forgeFor = (token: string, tokenKind: 'access' | 'job' = 'access'): Forge =>
  gitlabForge({ apiUrl: rig.apiUrl, serverUrl: rig.webUrl, path: rig.repository, token, tokenKind })

beforeAll(async () => {
  rig = await startGitlab({ files: { 'package.json': { name: 'shop', private: true } } })
})
afterAll(async () => {
  await rig.close()
})

const noRemote = async () => undefined
const request = { CI_MERGE_REQUEST_IID: '1', CI_PIPELINE_SOURCE: 'merge_request_event' }

test("a job's own token reads merge requests and makes releases, and is refused the rest", async () => {
  await rig.work.git('checkout', '--quiet', '-B', 'feature')
  const sha = await rig.work.push('feat: feature')
  const number = await rig.openMergeRequest('feature', { title: 'feat: feature' })
  const environment = await readForgeEnvironment(
    rig.environment(undefined, { ...request, CI_COMMIT_SHA: sha }),
    noRemote,
  )
  expect(environment).toMatchObject({ isJobToken: true, place: { kind: 'gitlab', path: rig.repository } })
  const forge = await openForge(environment)
  expect(await forge?.me()).toMatchObject({ value: { login: 'mona' } })
  expect(await forge?.pullRequest(number)).toMatchObject({ ok: true, value: { head: { sha } } })
  expect(await forge?.createComment({ kind: 'pull-request', number }, 'hello')).toMatchObject({ why: 'refused' })
  expect(await forge?.moveBranch('other', undefined, sha)).toMatchObject({ why: 'refused' })
  const release = { tag: 'v1.0.0', commit: sha, name: '1.0.0', body: '', prerelease: false, latest: true }
  expect(await forge?.createRelease(release)).toMatchObject({ ok: true })
})

test('an access token is taken before the token of the job', async () => {
  const env = rig.environment(rig.tokens.ci, request)
  const environment = await readForgeEnvironment(env, noRemote)
  expect(environment).toMatchObject({ isJobToken: false, token: rig.tokens.ci })
  expect(await (await openForge(environment))?.me()).toMatchObject({ value: { login: 'project_5_bot' } })
})

test('a token whose scope is too narrow is told which one it lacks', async () => {
  const answer = await forgeFor(rig.tokens.readOnly).createComment({ kind: 'pull-request', number: 1 }, 'hello')
  expect(answer).toMatchObject({ ok: false, why: 'refused', lacking: 'api' })
})

test('a branch is not led elsewhere, since GitLab has no request for it', async () => {
  const forge = forgeFor(rig.tokens.ci)
  const main = await forge.branchHead('main')
  const feature = await forge.branchHead('feature')
  if (!main.ok || !feature.ok) throw new Error('no branches')
  expect(await forge.moveBranch('feature', feature.value, main.value)).toMatchObject({ ok: false, why: 'invalid' })
  expect(await forge.branchHead('feature')).toEqual(feature)
})

test('a status that stays what it is says new words all the same', async () => {
  const forge = forgeFor(rig.tokens.ci)
  const head = await forge.branchHead('main')
  const sha = head.ok ? (head.value ?? '') : ''
  const report = { sha, name: 'topsail', conclusion: 'failure', summary: '', annotations: [] } as const
  for (const title of ['two packages lack a changeset', 'one package lacks a changeset']) {
    expect(await forge.publishCheck({ ...report, title })).toMatchObject({ ok: true })
  }
  const { statuses } = rig.project
  expect(statuses.map(({ name, status, description }) => [name, status, description])).toEqual([
    ['topsail', 'failed', 'one package lacks a changeset'],
  ])
})

test('what GitLab notes by itself is no comment', async () => {
  const [first] = rig.project.mergeRequests
  const author = first?.author ?? { id: 1, username: 'mona', name: 'Mona' }
  const note = { id: 9, of: 'merge_requests/1', author, created_at: new Date().toISOString(), body: 'added a label' }
  rig.project.notes.push({ ...note, system: true }, { ...note, id: 10, body: 'by hand', system: false })
  const listed = await forgeFor(rig.tokens.ci).comments({ kind: 'pull-request', number: 1 })
  expect(listed).toMatchObject({ ok: true, value: [{ id: '10', body: 'by hand' }] })
})

test('a squashed merge is known by the commit that is on the branch', async () => {
  rig.project.settings.merge_method = 'ff'
  await rig.merge(1, { squash: true })
  const forge = forgeFor(rig.tokens.ci)
  const main = await forge.branchHead('main')
  const pull = await forge.pullRequest(1)
  expect(pull).toMatchObject({ value: { state: 'merged', mergeCommit: main.ok ? main.value : undefined } })
})

const project = {
  path_with_namespace: 'acme/shop',
  default_branch: 'main',
  visibility: 'private',
  merge_method: undefined,
  squash_option: undefined,
  squash_commit_template: undefined,
  merge_commit_template: undefined,
}

test('the settings of a project say which commits are kept, and what a squashed one says', () => {
  const settings = (more: object) => mergeSettingsOf({ ...project, ...more })
  expect(settings({ merge_method: 'merge', squash_option: 'default_off' })).toMatchObject({
    merge: true,
    rebase: false,
    squash: true,
    templates: { squash: '%{title}' },
  })
  expect(settings({ merge_method: 'ff', squash_option: 'never' })).toMatchObject({
    merge: false,
    rebase: true,
    squash: false,
  })
  expect(settings({ merge_method: 'merge', squash_option: 'always' })).toMatchObject({
    merge: false,
    rebase: false,
    squash: true,
  })
  const squash_commit_template = '%{title}\n\n%{all_commits}'
  expect(settings({})).toBeUndefined()
  expect(settings({ merge_method: 'merge', squash_commit_template })).toMatchObject({
    squashMessage: 'commits',
    templates: { squash: squash_commit_template },
  })
})
