import { planOfBody } from '@topsail/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { memoryContext } from '../src/context.ts'
import { run } from '../src/run.ts'
import { type Pipeline, startPipeline } from '../src/testing/pipeline.ts'
import { changeset, manifest } from '../src/testing/workspace.ts'

// A forge, git over HTTP and a registry, each real: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let shop: Pipeline
beforeAll(async () => {
  shop = await startPipeline()
})
afterAll(() => shop?.close())

describe('the whole story', () => {
  let number = 0
  let first = ''
  let main = ''

  test('what git has released and nobody published is published, tagged and told of', async () => {
    const { code, result } = await shop.ciMain()
    expect(code).toBe(0)
    expect(result.published?.published).toHaveLength(3)
    expect(result.pullRequest?.state).toBe('none')
    expect(await shop.tags()).toEqual(['@acme/api@2.1.3', '@acme/db@2.0.0', '@acme/web@1.0.0'])
    expect((await shop.releases()).map(({ tag_name }) => tag_name).toSorted()).toEqual(await shop.tags())
  })

  test("a contributor's pull request is refused without a changeset and with an unknown package, and merged with one", async () => {
    const fork = await shop.rig.fork()
    const env = { ...(await shop.job()).env, GITHUB_TOKEN: '' }
    const check = async (files: Readonly<Record<string, string | null>>): Promise<{ code: number; text: string }> => {
      await fork.write(files)
      await fork.push('feat(db): a pool')
      const { context, stdout, stderr } = memoryContext({ cwd: fork.root, env })
      return { code: await run(['ci', 'pr', '--since', 'origin/main'], context), text: stdout() + stderr() }
    }
    await fork.git('checkout', '--quiet', '-B', 'pool')
    expect(await check({ 'packages/db/pool.ts': 'export {}\n' })).toMatchObject({ code: 1 })
    const file = '.changeset/brave-cats.md'
    const wrong = await check({ [file]: changeset({ '@acme/bd': 'minor' }, 'Change brave-cats') })
    expect(wrong.code).toBe(1)
    expect(wrong.text).toContain('CHANGESET_UNKNOWN_PACKAGE')
    expect(await check({ [file]: changeset({ '@acme/db': 'minor' }, 'Change brave-cats') })).toMatchObject({ code: 0 })
    const own = await shop.rig.openPullRequest('ada:pool', { title: 'feat(db): a pool' })
    main = await shop.rig.merge(own, 'squash')
  })

  test('a merged change opens a release pull request: one commit on main, the plan in its body and its message', async () => {
    const { code, result } = await shop.ciMain()
    expect(code).toBe(0)
    expect(result.pullRequest?.state).toBe('opened')
    number = result.pullRequest?.number ?? 0
    first = result.pullRequest?.plan ?? ''
    const pull = await shop.pullRequest(number)
    expect(pull.head.ref).toBe('topsail/release')
    expect(pull.title).toBe('chore: release db 2.1.0')
    expect(pull.body).toContain(`plan=${first} `)
    expect(pull.body).toContain(
      '| 1 | `@acme/db` | `2.0.0`\u00A0→\u00A0`2.1.0` | minor | `brave-cats`: `Change brave-cats` |',
    )
    const commit = await shop.rig.bare.git(['log', '-1', '--format=%P%n%B', 'topsail/release'])
    expect(commit.split('\n')[0]).toBe(main)
    expect(commit).toContain(`Topsail-Plan: ${first}`)
    const checks = (await shop.api('GET', `/commits/${pull.head.sha}/check-runs`)) as { check_runs: object[] }
    expect(checks.check_runs).toMatchObject([{ name: 'topsail', conclusion: 'success' }])
    const touched = await shop.rig.bare.git(['diff', '--name-only', 'main', 'topsail/release'])
    expect(touched.split('\n')).toEqual([
      '.changeset/brave-cats.md',
      'packages/db/CHANGELOG.md',
      'packages/db/package.json',
    ])
  })

  test('run again, it finds everything as it should be and does nothing', async () => {
    const before = await shop.rig.bare.git(['rev-parse', 'topsail/release'])
    const { code, result } = await shop.ciMain()
    expect({ code, state: result.pullRequest?.state }).toEqual({ code: 0, state: 'current' })
    expect(await shop.rig.bare.git(['rev-parse', 'topsail/release'])).toBe(before)
  })

  test('a second change while it is open refreshes it in place, and what people wrote around it stays', async () => {
    const pull = await shop.pullRequest(number)
    await shop.api('PATCH', `/pulls/${number}`, { title: 'Harbour week', body: `Wait for Ada.\r\n\r\n${pull.body}` })
    const main = await shop.change('quiet-dogs', { '@acme/api': 'patch' })
    const { result } = await shop.ciMain()
    expect(result.pullRequest).toMatchObject({ state: 'refreshed', number })
    expect(result.pullRequest?.plan).not.toBe(first)
    const now = await shop.pullRequest(number)
    expect(now.title).toBe('Harbour week')
    expect(now.body.startsWith('Wait for Ada.\r\n\r\n<!-- topsail:release')).toBe(true)
    expect(now.body).toContain('`@acme/api`')
    expect(await shop.rig.bare.git(['log', '-1', '--format=%P', 'topsail/release'])).toBe(main)
  })

  test('merged, exactly that plan is published, tagged and told of, and nothing is left to propose', async () => {
    const plan = planOfBody((await shop.pullRequest(number)).body)
    const merged = await shop.rig.merge(number, 'merge')
    const { code, result } = await shop.ciMain()
    expect(code).toBe(0)
    expect(result.plans).toEqual([{ plan, commit: merged }])
    const published = result.published?.published.map(({ name, version }) => `${name}@${version}`).toSorted()
    expect(published).toEqual(['@acme/api@2.1.4', '@acme/db@2.1.0', '@acme/web@1.0.1'])
    expect(result.pullRequest?.state).toBe('none')
    expect(await shop.versions('@acme/db')).toEqual(['2.0.0', '2.1.0'])
    const releases = await shop.releases()
    const db = releases.find(({ tag_name }) => tag_name === '@acme/db@2.1.0')
    expect(db).toMatchObject({ name: '@acme/db 2.1.0', prerelease: false, target_commitish: merged })
    expect(db?.body).toMatch(/^### Minor Changes\n\n- .*Change brave-cats$/)
    expect(releases.map(({ tag_name }) => tag_name).toSorted()).toEqual(await shop.tags())
  })
})

describe('what people do to the release pull request', () => {
  let number = 0

  test('closed by a person it stays closed until the plan changes', async () => {
    await shop.change('shy-owls', { '@acme/web': 'minor' })
    number = (await shop.ciMain()).result.pullRequest?.number ?? 0
    await shop.api('PATCH', `/pulls/${number}`, { state: 'closed' })
    const left = await shop.ciMain()
    expect(left.result.pullRequest).toMatchObject({ state: 'left', number })
    expect(left.stderr).toContain('RELEASE_PULL_REQUEST_CLOSED')
    expect(await shop.openPullRequests()).toEqual([])
    await shop.change('warm-seals', { '@acme/web': 'patch' })
    const again = await shop.ciMain()
    expect(again.result.pullRequest?.state).toBe('opened')
    number = again.result.pullRequest?.number ?? 0
  })

  test('commits of others on the branch are named and left, until somebody asks for a rebuild', async () => {
    const { work } = shop.rig
    await work.git('fetch', '--quiet', 'origin')
    await work.git('checkout', '--quiet', '-B', 'mine', 'origin/topsail/release')
    await work.write({ 'NOTES.md': 'a note\n' })
    await work.git('add', '--all')
    await work.git('commit', '--quiet', '--message', 'docs: a note @mona')
    await work.git('push', '--quiet', 'origin', 'HEAD:topsail/release')
    const theirs = await work.git('rev-parse', 'HEAD')
    await work.git('checkout', '--quiet', 'main')
    await shop.change('tall-geese', { '@acme/db': 'patch' })
    const left = await shop.ciMain()
    expect(left.result.pullRequest).toMatchObject({ state: 'left', number })
    expect(left.stderr).toContain('RELEASE_BRANCH_FOREIGN')
    expect(await shop.rig.bare.git(['rev-parse', 'topsail/release'])).toBe(theirs)
    expect((await shop.pullRequest(number)).body).toContain('`docs: a note @mona`')
    const rebuilt = await shop.ciMain(['--rebuild'])
    expect(rebuilt.result.pullRequest).toMatchObject({ state: 'refreshed', number })
    expect(await shop.rig.bare.git(['log', '--format=%s', 'main..topsail/release'])).toBe(
      'chore: release web 1.1.0, db 2.1.1',
    )
  })

  test('with nothing pending any more it is closed with a comment, once', async () => {
    await shop.rig.work.git('fetch', '--quiet', 'origin')
    await shop.rig.work.git('reset', '--quiet', '--hard', 'origin/main')
    await shop.rig.work.write({
      '.changeset/shy-owls.md': null,
      '.changeset/warm-seals.md': null,
      '.changeset/tall-geese.md': null,
    })
    await shop.rig.work.push('chore: not now')
    expect((await shop.ciMain()).result.pullRequest).toMatchObject({ state: 'closed', number })
    const comments = (await shop.api('GET', `/issues/${number}/comments`)) as { body: string }[]
    expect(comments.map(({ body }) => body)).toEqual([expect.stringContaining('Nothing is pending on `main`')])
  })

  test('the same plan comes back after that, for nobody but Topsail had closed it', async () => {
    await shop.change('shy-owls', { '@acme/web': 'minor' })
    expect((await shop.ciMain()).result.pullRequest?.state).toBe('opened')
  })
})

test('a dry run says what would be done and does nothing', async () => {
  await shop.change('keen-crabs', { '@acme/db': 'patch' })
  const before = await shop.rig.bare.git(['for-each-ref'])
  const { code, result } = await shop.ciMain(['--dry-run'])
  expect(code).toBe(0)
  expect(result.pullRequest?.moves?.map(({ kind }) => kind)).toEqual(['write-branch', 'refresh'])
  expect(await shop.rig.bare.git(['for-each-ref'])).toBe(before)
})

test('a dry run without a pull request tells what it would write and publish', async () => {
  const before = await shop.rig.bare.git(['for-each-ref'])
  const { code, result } = await shop.ciMain(['--direct', '--dry-run'])
  expect(code).toBe(0)
  expect(result.wouldRelease?.map(({ name, to }) => `${name} ${to}`)).toEqual(['@acme/db 2.1.1', '@acme/web 1.1.0'])
  expect(await shop.rig.bare.git(['for-each-ref'])).toBe(before)
})

test('without a pull request the versions are written on main and published at once', async () => {
  const { code, result } = await shop.ciMain(['--direct'])
  expect(code).toBe(0)
  expect(await shop.rig.bare.git(['rev-parse', 'main'])).toBe(result.commit)
  expect(result.published?.published.map(({ name }) => name)).toEqual(['@acme/db', '@acme/web'])
  expect(await shop.versions('@acme/web')).toContain('1.1.0')
  expect((await shop.releases()).map(({ tag_name }) => tag_name).toSorted()).toEqual(await shop.tags())
})

test('what is rolled back is told of no more, and is not published again', async () => {
  const { clone, env } = await shop.job()
  const { context } = memoryContext({ cwd: clone.root, env })
  expect(await run(['rollback'], context)).toBe(0)
  const { code, result } = await shop.ciMain()
  expect(code).toBe(0)
  expect(result.published?.published).toEqual([])
  expect(result.forgeReleases?.removed.length).toBeGreaterThan(0)
  expect((await shop.releases()).map(({ tag_name }) => tag_name).toSorted()).toEqual(await shop.tags())
})

test('a commit that is not on main publishes and proposes nothing', async () => {
  const { clone, env } = await shop.job()
  await clone.git('commit', '--quiet', '--allow-empty', '--message', 'feat: elsewhere')
  const { context, stderr } = memoryContext({ cwd: clone.root, env })
  expect(await run(['ci', 'main'], context)).toBe(1)
  expect(stderr()).toContain('HEAD_NOT_ON_BASE')
})

test('without a credential what is released is still published, and the lack of it is said', async () => {
  const { code, stderr, result } = await shop.ciMain([], { GITHUB_TOKEN: '' })
  expect(code).toBe(1)
  expect(stderr).toContain('FORGE_WITHOUT_TOKEN')
  expect(result.published?.exitCode).toBe(0)
})

test('a new package waits for the release that is pending, its first, and so does a new one that needs it', async () => {
  const { work } = shop.rig
  await work.git('fetch', '--quiet', 'origin')
  await work.git('reset', '--quiet', '--hard', 'origin/main')
  await work.write({
    'packages/new/package.json': manifest('@acme/new', '0.0.0'),
    'packages/user/package.json': manifest('@acme/user', '1.0.0', {
      dependencies: { '@acme/new': '^0.0.0 || ^0.1.0' },
    }),
    'packages/lone/package.json': manifest('@acme/lone', '1.0.0'),
    '.changeset/young-cats.md': changeset({ '@acme/new': 'minor' }, 'A new package'),
  })
  await work.push('feat: new packages')
  const first = await shop.ciMain()
  expect(first.result.published?.published.map(({ name }) => name)).toEqual(['@acme/lone'])
  expect(first.result.waiting).toEqual(['@acme/new', '@acme/user'])
  expect(await shop.versions('@acme/new')).toEqual([])
  const second = await shop.ciMain(['--direct'])
  expect(second.code).toBe(0)
  expect(await shop.versions('@acme/new')).toEqual(['0.1.0'])
  expect(await shop.versions('@acme/user')).toEqual(['1.0.0'])
})

test('a new package is held back, and told of, where the changeset that names it cannot be read', async () => {
  await shop.change(
    'odd-mice',
    { '@acme/late': 'minr' },
    { 'packages/late/package.json': manifest('@acme/late', '0.0.0') },
  )
  const { code, result, stderr } = await shop.ciMain()
  expect(code).toBe(1)
  expect(result).toMatchObject({ waiting: [], held: ['@acme/late'] })
  expect(result.problems).toContainEqual(
    expect.objectContaining({ code: 'FIRST_RELEASE_UNCLEAR', names: ['@acme/late'] }),
  )
  expect(stderr).toContain('FIRST_RELEASE_UNCLEAR')
  expect(await shop.versions('@acme/late')).toEqual([])
})
