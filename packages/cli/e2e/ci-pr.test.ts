/**
 * `topsail ci pr` and `ci post` against a forge: comments, checks, forks, several runs at once.
 */
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { changesetFor, startPullRequests, type PullRequests } from '../src/testing/pull-requests.ts'

const mark = '<!-- topsail:pull-request -->'

vi.setConfig({ testTimeout: 120_000 })

let pulls: PullRequests
let ci: string
beforeAll(async () => {
  pulls = await startPullRequests()
  ci = pulls.rig.tokens.ci
}, 60_000)
afterAll(() => pulls?.close())

test('without a changeset, then with one, then with an unknown package: one comment and the check follow', async () => {
  const number = await pulls.open('pool', { 'packages/db/pool.ts': 'export {}\n' }, 'feat(db): a pool')
  const lacking = await pulls.job(number, ['ci', 'pr'], { token: ci })
  expect(lacking.code).toBe(1)
  const [first, ...none] = await pulls.comments(number)
  expect(none).toEqual([])
  expect(first?.user.login).toBe('topsail[bot]')
  expect(first?.body.startsWith(mark)).toBe(true)
  const link = /\[write the changeset\]\(<([^>]*)>\)/.exec(first?.body ?? '')?.[1] ?? ''
  const address = new URL(link)
  expect(address.pathname).toBe('/acme/shop/new/pool')
  expect(address.searchParams.get('value')).toBe('---\n"@acme/db": minor\n---\n\nA pool\n')
  const [check] = await pulls.checks(await pulls.head(number))
  expect(check).toMatchObject({ name: 'topsail', conclusion: 'failure', output: { annotations_count: 1 } })

  // The file that the link offers is the one that is missing.
  const file = address.searchParams.get('filename') ?? ''
  await pulls.push('pool', { [file]: address.searchParams.get('value') ?? '' })
  const covered = await pulls.job(number, ['ci', 'pr'], { token: ci })
  expect(covered.code).toBe(0)
  const [second, ...more] = await pulls.comments(number)
  expect(more).toEqual([])
  expect(second?.id).toBe(first?.id)
  expect(second?.body).toContain('| `@acme/db` | `2.0.0`\u00A0→\u00A0`2.1.0` | minor |')
  expect((await pulls.checks(await pulls.head(number)))[0]?.conclusion).toBe('success')

  await pulls.push('pool', { '.changeset/wrong.md': changesetFor('@acme/bd', 'patch', 'A slip') })
  const wrong = await pulls.job(number, ['ci', 'pr', '--json'], { token: ci })
  expect(wrong.code).toBe(1)
  const document = JSON.parse(wrong.stdout) as { schema: string; problems: readonly object[] }
  expect(document.schema).toBe('topsail/pr-report@1')
  expect(document.problems).toMatchObject([
    { code: 'CHANGESET_UNKNOWN_PACKAGE', place: { file: '.changeset/wrong.md', line: 2 } },
  ])
  const [third] = await pulls.comments(number)
  expect(third?.id).toBe(first?.id)
  expect(third?.body).toContain('CHANGESET_UNKNOWN_PACKAGE')
  const [last] = await pulls.checks(await pulls.head(number))
  expect(last).toMatchObject({ conclusion: 'failure', output: { annotations_count: 1 } })
})

test('what rides along is told apart from what the pull request names', async () => {
  const number = await pulls.open('break', {
    'packages/db/index.ts': 'export {}\n',
    '.changeset/break.md': changesetFor('@acme/db', 'major', 'Drop the pool'),
  })
  const { code } = await pulls.job(number, ['ci', 'pr'], { token: ci })
  expect(code).toBe(0)
  const [comment] = await pulls.comments(number)
  expect(comment?.body).toContain('releases 1 package, and 2 ride along')
  const [seen = '', folded = ''] = (comment?.body ?? '').split('<details>')
  expect(seen).toContain('`@acme/db`')
  expect(folded).toContain('`@acme/web`')
})

test('two runs at once leave one comment, and so do two that both made one', async () => {
  const number = await pulls.open('race', { 'packages/web/index.ts': 'export {}\n' })
  const results = await Promise.all([1, 2].map(() => pulls.job(number, ['ci', 'pr'], { token: ci })))
  expect(results.map(({ code }) => code)).toEqual([1, 1])
  expect(await pulls.comments(number)).toHaveLength(1)
  const path = `/repos/acme/shop/issues/${number}/comments`
  for (const body of ['older', 'newer']) await pulls.rig.api(ci, 'POST', path, { body: `${mark}\n${body}` })
  const [oldest] = await pulls.comments(number)
  await pulls.job(number, ['ci', 'pr'], { token: ci })
  expect((await pulls.comments(number)).map(({ id }) => id)).toEqual([oldest?.id])
})

test("a person's copy of the mark is that person's comment", async () => {
  const number = await pulls.open('copy', { 'packages/web/copy.ts': 'export {}\n' })
  const path = `/repos/acme/shop/issues/${number}/comments`
  await pulls.rig.api(pulls.rig.tokens.contributor, 'POST', path, { body: `${mark}\nall is well` })
  await pulls.job(number, ['ci', 'pr'], { token: ci })
  const comments = await pulls.comments(number)
  expect(comments.map(({ user }) => user.login)).toEqual(['ada', 'topsail[bot]'])
  expect(comments[0]?.body).toContain('all is well')
})

test('without a credential the comment is printed, written into the summary, and the exit code is that of check', async () => {
  const number = await pulls.open('quiet', { 'packages/web/quiet.ts': 'export {}\n' })
  const summary = join(pulls.folder, 'summary.md')
  const { code, stdout, stderr } = await pulls.job(number, ['ci', 'pr'], { env: { GITHUB_STEP_SUMMARY: summary } })
  expect(code).toBe(1)
  expect(stdout).toContain('### ❌ 1 package needs a changeset')
  expect(await readFile(summary, 'utf8')).toBe(stdout)
  expect(stderr).toContain('::error file=packages/web/package.json')
  expect(await pulls.comments(number)).toEqual([])
})

test('a base that has moved on is merged for the plan, and the release branch gets no comment', async () => {
  const number = await pulls.open('behind', {
    '.changeset/behind.md': changesetFor('@acme/web', 'minor', 'A page'),
    'packages/web/page.ts': 'export {}\n',
  })
  await pulls.rig.work.git('checkout', '--quiet', '-B', 'main', 'origin/main')
  await pulls.rig.work.write({ '.changeset/other.md': changesetFor('@acme/db', 'patch', 'A fix') })
  await pulls.rig.work.push('fix(db): a fix')
  const behind = await pulls.job(number, ['ci', 'pr', '--json'], { ref: 'refs/heads/behind' })
  expect(JSON.parse(behind.stdout)).toMatchObject({
    compared: 'merged',
    releases: [{ name: '@acme/web', how: 'new', own: true }],
    untouched: 1,
    plan: { releases: 2 },
  })
  await pulls.rig.work.git('checkout', '--quiet', '-B', 'topsail/release', 'origin/main')
  const release = await pulls.open('topsail/release', { 'README.md': 'released\n' })
  expect((await pulls.job(release, ['ci', 'pr'], { token: ci })).code).toBe(0)
  expect(await pulls.comments(release)).toEqual([])
  expect((await pulls.checks(await pulls.head(release)))[0]?.conclusion).toBe('success')
})

test('a branch that conflicts is planned by itself, and says so', async () => {
  const number = await pulls.open('conflict', {
    'packages/api/package.json': { name: '@acme/api', version: '1.0.0', description: 'one' },
    '.changeset/one.md': changesetFor('@acme/api', 'patch', 'One'),
  })
  await pulls.rig.work.git('checkout', '--quiet', '-B', 'main', 'origin/main')
  await pulls.rig.work.write({
    'packages/api/package.json': { name: '@acme/api', version: '1.0.0', description: 'two' },
  })
  await pulls.rig.work.push('fix: two')
  const { stdout } = await pulls.job(number, ['ci', 'pr', '--json'], { ref: 'refs/heads/conflict' })
  expect(JSON.parse(stdout)).toMatchObject({
    compared: 'alone',
    releases: [{ name: '@acme/api' }, { name: '@acme/web' }],
  })
})

test('a fork: the job that may only read writes a report, and the one that may write posts it', async () => {
  const fork = await pulls.rig.fork()
  await fork.git('checkout', '--quiet', '-b', 'from-outside')
  await fork.write({ 'packages/web/outside.ts': 'export {}\n' })
  await fork.push('feat(web): from outside')
  const number = await pulls.rig.openPullRequest('ada:from-outside', { title: 'feat(web): from outside' })
  const { readOnly } = pulls.rig.tokens
  const refused = await pulls.job(number, ['ci', 'pr'], { token: readOnly })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('COMMENT_REFUSED_TO_FORK')
  expect(refused.stdout).toContain('1 package needs a changeset')

  const file = join(pulls.folder, 'report.json')
  await pulls.job(number, ['ci', 'pr', '--report', file])
  const shown = await post(number, file, '--dry-run')
  expect({ code: shown.code, comments: await pulls.comments(number) }).toEqual({ code: 0, comments: [] })
  const posted = await post(number, file)
  expect(posted.code).toBe(0)
  const [comment] = await pulls.comments(number)
  expect(comment?.user.login).toBe('topsail[bot]')
  expect(shown.stdout).toContain('1 package needs a changeset')
  expect(comment?.body).toContain('1 package needs a changeset')
  // The editor opens in the fork.
  expect(comment?.body).toContain('/ada/shop/new/from-outside?filename=')

  // The report of an earlier commit says nothing about this one.
  await fork.write({ '.changeset/outside.md': changesetFor('@acme/web', 'minor', 'From outside') })
  await fork.push('chore: a changeset')
  const late = await post(number, file)
  expect(late.code).toBe(1)
  expect(late.stderr).toContain('REPORT_OF_OTHER_COMMIT')
  expect((await pulls.comments(number))[0]?.body).toBe(comment?.body)
})

test('what is no report is refused before the forge is asked', async () => {
  const number = await pulls.open('odd', { 'README.md': 'odd\n' })
  const texts = ['', '{"schema":"topsail/pr-report@2"}', '['.repeat(100_000)]
  for (const text of texts) {
    const file = join(pulls.folder, 'odd.json')
    await writeFile(file, text)
    const { code, stderr } = await post(number, file)
    expect({ code, invalid: stderr.includes('REPORT_INVALID') }).toEqual({ code: 1, invalid: true })
  }
  const link = join(pulls.folder, 'link.json')
  await symlink('/etc/passwd', link)
  const { code, stderr } = await post(number, link)
  expect({ code, leaks: /root:/.test(stderr) }).toEqual({ code: 1, leaks: false })
  expect(await pulls.comments(number)).toEqual([])
})

test('where the only way to merge would drop what breaks, the comment says so', async () => {
  const files = { 'topsail.json': { sources: 'both' }, 'packages/web/index.ts': 'export {}\n' }
  const number = await pulls.open('breaking', files, 'feat(web): another index')
  const { maintainer } = pulls.rig.tokens
  const allow = (others: boolean): object => ({ allow_merge_commit: others, allow_squash_merge: others })
  await pulls.rig.api(maintainer, 'PATCH', `/repos/acme/shop/pulls/${number}`, { title: 'feat(web)!: another index' })
  await pulls.rig.api(maintainer, 'PATCH', '/repos/acme/shop', allow(false))
  const { code } = await pulls.job(number, ['ci', 'pr'], { token: ci })
  await pulls.rig.api(maintainer, 'PATCH', '/repos/acme/shop', allow(true))
  const [comment] = await pulls.comments(number)
  expect({ code, told: comment?.body.includes('MERGE_LOSES_BREAKING') }).toEqual({ code: 0, told: true })
})

/** As `workflow_run` begins it: its event names no pull request, for those of forks are not listed. */
async function post(number: number, file: string, ...options: readonly string[]) {
  const pull = (await pulls.rig.api(ci, 'GET', `/repos/acme/shop/pulls/${number}`)) as {
    head: { sha: string; ref: string; repo: { full_name: string } }
  }
  const owner = pull.head.repo.full_name.split('/', 1)[0]
  const event = join(pulls.folder, `run-${number}.json`)
  const run = {
    event: 'pull_request',
    head_sha: pull.head.sha,
    head_branch: pull.head.ref,
    head_repository: { full_name: pull.head.repo.full_name, owner: { login: owner } },
    pull_requests: [],
  }
  await writeFile(event, JSON.stringify({ workflow_run: run }))
  const env = { GITHUB_EVENT_NAME: 'workflow_run', GITHUB_EVENT_PATH: event }
  return pulls.job(number, ['ci', 'post', file, ...options], { token: ci, ref: 'refs/heads/main', env })
}
