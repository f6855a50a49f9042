/**
 * GitLab's API misbehaves while `topsail ci main` works, and two pipelines run at once. It either gets through or says
 * what failed, and the next run finishes. By default a few faults at a few requests; with TOPSAIL_CI_MAIN=all every
 * fault at every one.
 */
import { gitlabForge, reconcileMain } from '@topsail/engine'
import { type ForgeFault, type ForgeFaults, forgeFaults, type GitlabRig, startGitlab } from '@topsail/engine/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { releaseWords } from '../src/render/release-pull-request.ts'
import { changeset, shopFiles } from '../src/testing/workspace.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const isLong = process.env['TOPSAIL_CI_MAIN'] === 'all'
const { '.changeset/brave-cats.md': _, ...shop } = shopFiles()
const settings = { changelog: '@changesets/changelog-git', baseBranch: 'main', format: false, access: 'public' }

let rig: GitlabRig
let proxy: ForgeFaults
beforeAll(async () => {
  const files = { ...shop, '.changeset/config.json': settings, '.gitignore': 'node_modules\n' }
  rig = await startGitlab({ files })
  proxy = await forgeFaults(rig.apiUrl)
})
afterAll(async () => {
  await proxy?.close()
  await rig?.close()
})

/** With little patience, so that a test need not wait. */
const patience = {
  retry: { first: 1, longest: 5, attempts: 3, patience: 2_000 },
  timeout: isLong ? 1_000 : 10_000,
  forLimits: 1_500,
}

async function ciMain(apiUrl = proxy.url) {
  const clone = await rig.clone(rig.repository, rig.tokens.ci)
  const env = rig.environment(rig.tokens.ci, { PATH: process.env['PATH'] ?? '', HOME: clone.root })
  const at = { serverUrl: rig.webUrl, path: rig.repository, token: rig.tokens.ci }
  const forge = gitlabForge({ ...at, apiUrl, patience })
  return reconcileMain({ cwd: clone.root, env, forge, words: releaseWords, publish: false })
}

async function change(id: string): Promise<string> {
  await rig.work.git('fetch', '--quiet', 'origin')
  await rig.work.git('reset', '--quiet', '--hard', 'origin/main')
  await rig.work.write({ [`.changeset/${id}.md`]: changeset({ '@acme/db': 'patch' }, `Change ${id}`) })
  return rig.work.push(`feat: ${id}`)
}

const open = () => rig.project.mergeRequests.filter(({ state }) => state === 'opened')

type Case = {
  readonly fault: ForgeFault
  readonly method: string
  readonly path: RegExp
  readonly times?: number
  /** Undefined: it gets through. */
  readonly why: string | undefined
}

const status = (code: number): ForgeFault => ({ kind: 'status', status: code })
const limited: ForgeFault = { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }
const few: readonly Case[] = [
  { fault: status(400), method: 'POST', path: /\/repository\/commits$/, why: 'invalid' },
  { fault: { kind: 'lost-reply' }, method: 'POST', path: /\/repository\/commits$/, times: 1, why: undefined },
  { fault: { kind: 'reset' }, method: 'PUT', path: /\/merge_requests\/\d+$/, why: 'unavailable' },
]
const all: readonly Case[] = [
  ['GET', /\/merge_requests/],
  ['GET', /\/repository\/branches/],
  ['HEAD', /\/repository\/files/],
  ['POST', /\/repository\/commits$/],
  ['PUT', /\/merge_requests\/\d+$/],
].flatMap(([method, path]) =>
  [limited, status(403), status(404), status(422), status(500)]
    .concat({ kind: 'reset' }, { kind: 'lost-reply' }, { kind: 'truncated' }, { kind: 'hang' })
    .map((fault) => ({ fault, method: method as string, path: path as RegExp, why: undefined })),
)

test('a release merge request gets through, or says why not and is finished by the next run', async () => {
  await change('first')
  await ciMain(rig.apiUrl)
  for (const [index, { why, times, ...rule }] of (isLong ? all : few).entries()) {
    await change(`more-${index}`)
    proxy.add({ ...rule, ...(times === undefined ? {} : { times }) })
    const result = await ciMain()
    const wasMet = proxy.requests.some(({ fault }) => fault !== undefined)
    proxy.clear()
    const failed = result.problems.find(({ code }) => code === 'FORGE_FAILED')
    if (!isLong)
      expect({ rule, wasMet, why: failed && 'why' in failed ? failed.why : undefined }).toEqual({
        rule,
        wasMet: true,
        why,
      })
    expect(failed === undefined).toBe(result.exitCode === 0)
  }
  await ciMain(rig.apiUrl)
  expect(open()).toHaveLength(1)
  expect(open()[0]?.description).toContain('more-0')
  const main = await rig.bare.git(['rev-parse', 'main'])
  expect(await rig.bare.git(['log', '-1', '--format=%P', 'topsail/release'])).toBe(main)
}, 600_000)

test('two pipelines at once leave one merge request, one commit on main, and the same plan in both', async () => {
  const main = await change('at-once')
  const results = await Promise.all([ciMain(rig.apiUrl), ciMain(rig.apiUrl)])
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  await ciMain(rig.apiUrl)
  expect(open()).toHaveLength(1)
  const commit = await rig.bare.git(['log', '-1', '--format=%P%n%B', 'topsail/release'])
  expect(commit.split('\n')[0]).toBe(main)
  const plan = /Topsail-Plan: (\S+)/.exec(commit)?.[1] ?? 'none'
  expect(open()[0]?.description).toContain(plan)
})
