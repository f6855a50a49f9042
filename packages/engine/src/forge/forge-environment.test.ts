import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openForge, readForgeEnvironment, type Environment } from './forge-environment.ts'
import { placeOfRemote } from './place-of-remote.ts'

const sha = 'a'.repeat(40)
const nowhere = (): Promise<undefined> => Promise.resolve(undefined)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-event-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function actions(event: unknown, more: Environment = {}) {
  const path = join(folder, 'event.json')
  await writeFile(path, typeof event === 'string' ? event : JSON.stringify(event))
  const env = { GITHUB_REPOSITORY: 'acme/shop', GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: path, ...more }
  return readForgeEnvironment(env, nowhere)
}

const pull = (head: object, more: object = {}): object => ({
  pull_request: { number: 7, title: 'feat: more', head, base: { repo: { full_name: 'acme/shop' } }, ...more },
})

test('GitHub Actions tells the repository, the pull request and whether it is of a fork', async () => {
  const own = await actions(pull({ sha, ref: 'more', repo: { full_name: 'acme/shop' } }), { GITHUB_TOKEN: 't' })
  expect(own).toMatchObject({
    place: { kind: 'github', path: 'acme/shop', webUrl: 'https://github.com/acme/shop' },
    apiUrl: 'https://api.github.com',
    token: 't',
    pullRequest: { number: 7, fork: false, title: 'feat: more', head: { sha, branch: 'more', owner: 'acme' } },
  })
  const fork = await actions(pull({ sha, ref: 'more', repo: { full_name: 'ada/shop' } }))
  expect(fork.pullRequest).toMatchObject({ fork: true, head: { owner: 'ada', repository: 'ada/shop' } })
  const gone = await actions(pull({ sha, ref: 'more', repo: null }))
  expect(gone.pullRequest).toMatchObject({ number: 7, fork: undefined })
  const server = await actions({}, { GITHUB_SERVER_URL: 'https://git.acme.example/' })
  expect(server).toMatchObject({ apiUrl: 'https://git.acme.example/api/v3', pullRequest: undefined })
})

test('a run for a pull request is known by its head; a run for anything else is none', async () => {
  const run = {
    event: 'pull_request',
    head_sha: sha,
    head_branch: 'more',
    head_repository: { full_name: 'ada/shop', owner: { login: 'ada' } },
    pull_requests: [],
  }
  const name = { GITHUB_EVENT_NAME: 'workflow_run' }
  expect((await actions({ workflow_run: run }, name)).pullRequest).toMatchObject({
    number: undefined,
    head: { sha, branch: 'more', owner: 'ada' },
  })
  const listed = { ...run, pull_requests: [{ number: 7 }] }
  expect((await actions({ workflow_run: listed }, name)).pullRequest?.number).toBe(7)
  expect((await actions({ workflow_run: { ...run, event: 'push' } }, name)).pullRequest).toBeUndefined()
})

test('an event that is damaged is none', async () => {
  const odd = ['', 'no JSON', 'null', '[]', '{"pull_request":null}', '{"pull_request":{"number":"7"}}']
  for (const event of [...odd, pull({ sha: '--output=x', ref: 'more' }), pull({ sha: 1 })]) {
    expect((await actions(event)).pullRequest).toBeUndefined()
  }
})

test('GitLab CI tells the merge request and the head behind a trial merge', async () => {
  const env = {
    CI_PROJECT_PATH: 'acme/group/shop',
    CI_API_V4_URL: 'https://gitlab.example/api/v4',
    CI_SERVER_URL: 'https://gitlab.example',
    CI_MERGE_REQUEST_IID: '7',
    CI_COMMIT_SHA: 'b'.repeat(40),
    CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: sha,
    CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: 'ada/shop',
    CI_JOB_TOKEN: 'job',
  }
  expect(await readForgeEnvironment(env, nowhere)).toMatchObject({
    place: { kind: 'gitlab', path: 'acme/group/shop', webUrl: 'https://gitlab.example/acme/group/shop' },
    token: 'job',
    isJobToken: true,
    pullRequest: { number: 7, fork: true, head: { sha, owner: 'ada' } },
  })
  expect(await readForgeEnvironment({ ...env, GITLAB_TOKEN: 'own' }, nowhere)).toMatchObject({
    token: 'own',
    isJobToken: false,
  })
})

test('a token goes to the forge it is for, and to no other', async () => {
  const tokens = { GITHUB_TOKEN: 'hub', GITLAB_TOKEN: 'lab' }
  const at = async (remote: string, env: Environment = tokens) =>
    (await readForgeEnvironment(env, () => Promise.resolve(remote))).token
  expect(await at('https://github.com/acme/shop.git')).toBe('hub')
  expect(await at('git@gitlab.com:acme/shop.git')).toBe('lab')
  expect(await at('https://github.evil.example/acme/shop.git')).toBeUndefined()
  expect(await at('https://gitlab.evil.example/acme/shop.git')).toBeUndefined()
  expect(await at('https://example.com/acme/shop.git')).toBeUndefined()
  const own = { ...tokens, GITLAB_SERVER_URL: 'https://gitlab.acme.example' }
  expect(await at('https://gitlab.acme.example/acme/shop.git', own)).toBe('lab')
  expect(await at('https://gitlab.com/acme/shop.git', own)).toBeUndefined()
})

test('without a place or a token there is no forge', async () => {
  const none = await readForgeEnvironment({}, nowhere)
  expect(none.place).toBeUndefined()
  expect(await openForge(none)).toBeUndefined()
  expect(await openForge(await actions({}))).toBeUndefined()
})

test.each([
  ['https://github.com/acme/shop.git', 'github', 'acme/shop'],
  ['https://x:s3cret@github.com/acme/shop', 'github', 'acme/shop'],
  ['ssh://git@github.com:22/acme/shop.git', 'github', 'acme/shop'],
  ['git@github.com:acme/shop.git', 'github', 'acme/shop'],
  ['git@gitlab.com:acme/group/shop.git', 'gitlab', 'acme/group/shop'],
  ['https://github.acme.example/acme/shop/', 'github', 'acme/shop'],
])('the address %s means a place', (address, kind, path) => {
  const found = placeOfRemote(address)
  expect(found?.place).toMatchObject({ kind, path })
  expect(JSON.stringify(found)).not.toContain('s3cret')
})

test.each([
  '',
  '/srv/git/shop.git',
  'file:///srv/shop.git',
  'https://example.com/acme/shop.git',
  'https://github.com/acme',
  'https://github.com/../../x/y',
  'ext::sh -c touch% /tmp/x',
  'https://github.com/a b/c',
  'https://notgithub.example/acme/shop',
])('the address %s means none', (address) => {
  expect(placeOfRemote(address)).toBeUndefined()
})
