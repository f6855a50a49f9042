import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forgeFaults, rateLimited, startForge, startGitlab, type Clone, type ForgeFaults } from '../testing/index.ts'
import type { Forge, ForgeAnswer } from './forge.ts'
import { githubForge } from './github.ts'
import { gitlabForge } from './gitlab.ts'

/** What both forges promise, held against both. */
type Stage = {
  readonly forge: (who: 'maintainer' | 'contributor' | 'ci' | 'readOnly') => Forge
  readonly token: string
  readonly work: Clone
  readonly faults: ForgeFaults
  readonly openFrom: (branch: string, title: string) => Promise<number>
  readonly openFromFork: (branch: string, title: string) => Promise<{ number: number; sha: string; from: string }>
  readonly merge: (number: number) => Promise<void>
  readonly close: () => Promise<void>
}

const files = { 'package.json': { name: 'shop', private: true }, 'a.txt': 'a\n', 'b.txt': 'b\n' }
const patience = {
  retry: { first: 5, longest: 20, attempts: 3, patience: 5_000 },
  timeout: 5_000,
  forLimits: 3_000,
}

async function onGithub(): Promise<Stage> {
  const rig = await startForge({ files })
  const faults = await forgeFaults(rig.apiUrl)
  return {
    faults,
    token: rig.tokens.ci,
    work: rig.work,
    forge: (who) => {
      const account = who === 'ci' || who === 'readOnly' ? { id: '3', login: 'topsail[bot]' } : undefined
      const at = { apiUrl: faults.url, serverUrl: rig.webUrl, path: rig.repository }
      return githubForge({ ...at, token: rig.tokens[who], account, patience })
    },
    openFrom: (branch, title) => rig.openPullRequest(branch, { title }),
    async openFromFork(branch, title) {
      const clone = await rig.fork()
      const sha = await pushTo(clone, branch)
      return { number: await rig.openPullRequest(`ada:${branch}`, { title }), sha, from: 'ada/shop' }
    },
    merge: async (number) => void (await rig.merge(number)),
    close: async () => {
      await faults.close()
      await rig.close()
    },
  }
}

async function onGitlab(): Promise<Stage> {
  const rig = await startGitlab({ files })
  const faults = await forgeFaults(rig.apiUrl)
  const at = { apiUrl: faults.url, serverUrl: rig.webUrl, path: rig.repository }
  return {
    faults,
    token: rig.tokens.ci,
    work: rig.work,
    forge: (who) => gitlabForge({ ...at, token: rig.tokens[who], patience }),
    openFrom: (branch, title) => rig.openMergeRequest(branch, { title }),
    async openFromFork(branch, title) {
      const clone = await rig.fork()
      const sha = await pushTo(clone, branch)
      return { number: await rig.openMergeRequest(`fork:${branch}`, { title }), sha, from: 'ada/shop' }
    },
    merge: (number) => rig.merge(number),
    close: async () => {
      await faults.close()
      await rig.close()
    },
  }
}

async function pushTo(clone: Clone, branch: string): Promise<string> {
  await clone.git('checkout', '--quiet', '-B', branch, 'origin/main')
  await clone.write({ [`${branch.replaceAll('/', '-')}.txt`]: branch })
  const sha = await clone.push(`feat: ${branch}`)
  await clone.git('checkout', '--quiet', 'main')
  return sha
}

function valueOf<T>(answer: ForgeAnswer<T>): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer))
  return answer.value
}

describe.each([
  ['GitHub', onGithub],
  ['GitLab', onGitlab],
] as const)('on %s', (name, start) => {
  let stage: Stage
  let forge: Forge
  beforeAll(async () => {
    stage = await start()
    forge = stage.forge('ci')
  }, 60_000)
  afterAll(async () => {
    await stage.close()
  })
  const head = async (): Promise<string> => valueOf(await forge.branchHead('main')) ?? ''

  test('a repository tells its default branch, and whom a credential speaks for', async () => {
    expect(valueOf(await forge.repository())).toMatchObject({ defaultBranch: 'main', path: forge.place.path })
    const [maintainer, contributor] = [stage.forge('maintainer'), stage.forge('contributor')]
    expect(valueOf(await maintainer.me()).login).toBe('mona')
    expect(valueOf(await contributor.me()).login).toBe('ada')
    expect(valueOf(await maintainer.me()).id).not.toBe(valueOf(await contributor.me()).id)
  })

  test('a pull request is opened once, found by its branch, changed, closed and opened again', async () => {
    const sha = await pushTo(stage.work, 'feature/one')
    const texts = { title: 'feat: one', body: 'It does one thing.' }
    const opened = valueOf(await forge.createPullRequest({ ...texts, head: 'feature/one', base: 'main' }))
    expect(opened).toMatchObject({ ...texts, state: 'open', fork: false, head: { branch: 'feature/one', sha } })
    expect(opened.base).toEqual({ branch: 'main', sha: await head() })
    const again = await forge.createPullRequest({ title: 'other', body: '', head: 'feature/one', base: 'main' })
    expect(valueOf(again)).toMatchObject({ number: opened.number, title: 'feat: one' })
    expect(valueOf(await forge.openPullRequestsFrom('feature/one')).map(({ number }) => number)).toEqual([
      opened.number,
    ])
    expect(valueOf(await forge.openPullRequestsFrom('feature/two'))).toEqual([])
    const changed = valueOf(await forge.updatePullRequest(opened.number, { title: 'feat!: one' }))
    expect(changed).toMatchObject({ title: 'feat!: one', body: 'It does one thing.' })
    expect(valueOf(await forge.updatePullRequest(opened.number, { state: 'closed' })).state).toBe('closed')
    expect(valueOf(await forge.updatePullRequest(opened.number, { state: 'closed' })).state).toBe('closed')
    expect(valueOf(await forge.openPullRequestsFrom('feature/one'))).toEqual([])
    expect(valueOf(await forge.newestPullRequestFrom('feature/one'))).toMatchObject({ number: opened.number })
    expect(valueOf(await forge.updatePullRequest(opened.number, { state: 'open' })).state).toBe('open')
    expect(valueOf(await forge.newestPullRequestFrom('feature/none'))).toBeUndefined()
  })

  test('a pull request of a fork says so, and whose it is', async () => {
    const { number, sha, from } = await stage.openFromFork('theirs', 'fix: theirs')
    expect(valueOf(await forge.pullRequest(number))).toMatchObject({
      fork: true,
      author: { login: 'ada' },
      head: { sha, repository: from },
    })
    // A branch of the same name in this repository is another one.
    expect(valueOf(await forge.openPullRequestsFrom('theirs'))).toEqual([])
    expect(valueOf(await forge.openPullRequestsFrom('theirs', 'ada')).map((pull) => pull.number)).toEqual([number])
  })

  test('what was merged is known by the commit it left', async () => {
    await pushTo(stage.work, 'merged')
    const number = await stage.openFrom('merged', 'feat: merged')
    await stage.merge(number)
    const pull = valueOf(await forge.pullRequest(number))
    expect(pull).toMatchObject({ state: 'merged', mergeCommit: await head() })
    const found = valueOf(await forge.pullRequestsOfCommit(await head()))
    expect(found.map((one) => one.number)).toContain(number)
    await stage.work.git('pull', '--quiet', 'origin', 'main')
  })

  test('a comment is written, listed with its author, changed, deleted, and deleted again', async () => {
    await pushTo(stage.work, 'commented')
    const subject = { kind: 'pull-request', number: await stage.openFrom('commented', 'docs: talk') } as const
    const theirs = valueOf(await stage.forge('maintainer').createComment(subject, 'by hand'))
    const ours = valueOf(await forge.createComment(subject, 'first'))
    valueOf(await forge.updateComment(subject, ours.id, 'second'))
    const listed = valueOf(await forge.comments(subject))
    expect(listed.map(({ body }) => body)).toEqual(['by hand', 'second'])
    expect(listed[0]?.author).toEqual(theirs.author)
    expect(listed[1]?.author.id).not.toBe(theirs.author.id)
    expect(listed[1]?.url).toContain(ours.id)
    valueOf(await forge.deleteComment(subject, ours.id))
    valueOf(await forge.deleteComment(subject, ours.id))
    expect(valueOf(await forge.comments(subject))).toHaveLength(1)
  })

  // The emulator needs a tenth of a second for each, and a page holds a hundred.
  const many = name === 'GitHub' ? 3 : 103
  test('all comments are listed, oldest first', async () => {
    await pushTo(stage.work, 'talkative')
    const subject = { kind: 'pull-request', number: await stage.openFrom('talkative', 'docs: more') } as const
    for (let at = 0; at < many; at += 1) valueOf(await forge.createComment(subject, `comment ${at}`))
    const bodies = valueOf(await forge.comments(subject)).map(({ body }) => body)
    expect(bodies).toEqual(Array.from({ length: many }, (_, at) => `comment ${at}`))
  })

  test('a check is published, and published again', async () => {
    const report = {
      sha: await head(),
      name: 'topsail',
      title: 'nothing is lacking',
      summary: 'All well.',
      annotations: [],
    }
    valueOf(await forge.publishCheck({ ...report, conclusion: 'failure', title: 'x'.repeat(400) }))
    valueOf(await forge.publishCheck({ ...report, conclusion: 'success' }))
    valueOf(await forge.publishCheck({ ...report, conclusion: 'success', title: 'still nothing' }))
  })

  test('a commit is made on a new branch, on top of it, and the branch is rebuilt', async () => {
    const base = await head()
    const edits = [
      { path: 'new.sh', content: '#!/bin/sh\n', executable: true },
      { path: 'a.txt', content: 'changed\n' },
      { path: 'b.txt', content: null },
      { path: 'not-there.txt', content: null },
      { path: 'bytes.bin', content: new Uint8Array([0, 255, 10]) },
    ]
    const wanted = name === 'GitHub' ? edits.filter(({ path }) => path !== 'not-there.txt') : edits
    const first = valueOf(
      await forge.commitFiles({
        branch: 'made',
        expected: undefined,
        parent: base,
        message: 'chore: made',
        edits: wanted,
      }),
    )
    await stage.work.git('fetch', '--quiet', 'origin', 'made')
    const listed = (await stage.work.git('ls-tree', first.sha)).split('\n').map((line) => line.replace(/ blob \w+/, ''))
    expect(listed).toEqual(expect.arrayContaining(['100755\tnew.sh', '100644\ta.txt', '100644\tbytes.bin']))
    expect(listed.join()).not.toContain('b.txt')
    expect(await stage.work.git('show', `${first.sha}:a.txt`)).toBe('changed')
    expect(await stage.work.git('log', '-1', '--format=%s %P', first.sha)).toBe(`chore: made ${base}`)
    const onTop = { branch: 'made', expected: first.sha, parent: first.sha, message: 'chore: more' }
    const second = valueOf(await forge.commitFiles({ ...onTop, edits: [{ path: 'a.txt', content: 'again\n' }] }))
    expect(valueOf(await forge.branchHead('made'))).toBe(second.sha)
    const anew = { branch: 'made', expected: second.sha, parent: base, message: 'chore: anew' }
    const third = valueOf(await forge.commitFiles({ ...anew, edits: [{ path: 'a.txt', content: 'anew\n' }] }))
    await stage.work.git('fetch', '--quiet', 'origin', '+made')
    expect(await stage.work.git('log', '--format=%H', `${base}..${third.sha}`)).toBe(third.sha)
  })

  test('a branch that is not where it should be is a conflict, and stays where it is', async () => {
    const base = await head()
    await pushTo(stage.work, 'taken')
    const at = valueOf(await forge.branchHead('taken'))
    const edits = [{ path: 'a.txt', content: 'mine\n' }]
    const commit = { branch: 'taken', parent: base, message: 'chore: mine', edits }
    expect(await forge.commitFiles({ ...commit, expected: undefined })).toMatchObject({ ok: false, why: 'conflict' })
    expect(await forge.commitFiles({ ...commit, expected: base })).toMatchObject({ ok: false, why: 'conflict' })
    expect(await forge.moveBranch('taken', base, undefined)).toMatchObject({ ok: false, why: 'conflict' })
    expect(await forge.moveBranch('taken', undefined, base)).toMatchObject({ ok: false, why: 'conflict' })
    expect(valueOf(await forge.branchHead('taken'))).toBe(at)
  })

  test('a branch is created once and deleted once', async () => {
    const base = await head()
    valueOf(await forge.moveBranch('short', undefined, base))
    valueOf(await forge.moveBranch('short', undefined, base))
    expect(valueOf(await forge.branchHead('short'))).toBe(base)
    valueOf(await forge.moveBranch('short', base, undefined))
    valueOf(await forge.moveBranch('short', base, undefined))
    expect(valueOf(await forge.branchHead('short'))).toBeUndefined()
  })

  test('a release belongs to its tag: made once, found, changed, listed', async () => {
    const commit = await head()
    const request = {
      tag: '@acme/api@1.0.0',
      commit,
      name: '@acme/api 1.0.0',
      body: 'one',
      prerelease: false,
      latest: true,
    }
    expect(valueOf(await forge.releaseByTag(request.tag))).toBeUndefined()
    const made = valueOf(await forge.createRelease(request))
    expect(made).toMatchObject({ tag: request.tag, name: request.name, body: 'one', draft: false })
    expect(valueOf(await forge.createRelease({ ...request, body: 'two' }))).toMatchObject({ id: made.id, body: 'one' })
    valueOf(await forge.updateRelease(made.id, { body: 'three' }))
    expect(valueOf(await forge.releaseByTag(request.tag))).toMatchObject({ id: made.id, body: 'three' })
    expect(valueOf(await forge.listReleases(10)).map(({ tag }) => tag)).toEqual([request.tag])
  })

  test('how pull requests may be merged is told', async () => {
    expect(valueOf(await forge.mergeSettings())).toMatchObject({ merge: true, squash: true })
  })

  test('what is not there, and what is not allowed, are different answers', async () => {
    expect(await forge.pullRequest(4711)).toMatchObject({ ok: false, why: 'not-found' })
    const reader = stage.forge('readOnly')
    const commented = await reader.createComment({ kind: 'pull-request', number: 1 }, 'may I?')
    expect(commented).toMatchObject({ ok: false, why: 'refused' })
    const refs = await reader.moveBranch('mine', undefined, await head())
    expect(refs).toMatchObject({ ok: false, why: 'refused' })
  })

  test('an answer that is lost leads to no second pull request and no second commit', async () => {
    const base = await head()
    stage.faults.add({ method: 'POST', path: /commits/, times: 1, fault: { kind: 'lost-reply' } })
    const edits = [{ path: 'a.txt', content: 'lost\n' }]
    const commit = { branch: 'lost', expected: undefined, parent: base, message: 'chore: lost', edits }
    const made = valueOf(await forge.commitFiles(commit))
    expect(valueOf(await forge.branchHead('lost'))).toBe(made.sha)
    stage.faults.add({ method: 'POST', path: /(pulls|merge_requests)$/, times: 1, fault: { kind: 'lost-reply' } })
    const texts = { title: 'chore: lost', body: '', head: 'lost', base: 'main' }
    const opened = valueOf(await forge.createPullRequest(texts))
    expect(valueOf(await forge.openPullRequestsFrom('lost')).map(({ number }) => number)).toEqual([opened.number])
    stage.faults.clear()
  })

  test('a limit is waited out within the budget, and a server that fails is asked again', async () => {
    stage.faults.add({ times: 1, fault: rateLimited(1) })
    stage.faults.add({ times: 1, fault: { kind: 'status', status: 502 } })
    valueOf(await forge.repository())
    stage.faults.add({ fault: rateLimited(3600) })
    expect(await forge.repository()).toMatchObject({ ok: false, why: 'rate-limited' })
    stage.faults.clear()
    stage.faults.add({ fault: { kind: 'status', status: 503 } })
    expect(await forge.repository()).toMatchObject({ ok: false, why: 'unavailable', status: 503 })
    stage.faults.clear()
  })

  test('an answer of another shape is unreadable, and no failure shows a token', async () => {
    const secret = stage.token
    stage.faults.add({ fault: { kind: 'status', status: 200, body: '{"unexpected":true}' } })
    expect(await forge.repository()).toMatchObject({ ok: false, why: 'unreadable' })
    stage.faults.clear()
    stage.faults.add({ fault: { kind: 'status', status: 422, body: JSON.stringify({ message: `bad ${secret}` }) } })
    const answer = await forge.repository()
    expect(answer).toMatchObject({ ok: false, why: 'invalid' })
    expect(JSON.stringify(answer)).not.toContain(secret)
    stage.faults.clear()
  })
})
