/**
 * `topsail ci main` killed with SIGKILL at one request to the forge, the git remote or the registry, while it opens a
 * release pull request and while it publishes what was merged; then run again from a fresh clone. By default at a few
 * requests, with TOPSAIL_CI_MAIN=all at every one (or every fourth, with TOPSAIL_CI_MAIN_STRIDE=4), before it arrives
 * and after it was done. Git makes the release commit, or the forge with TOPSAIL_CI_MAIN_COMMIT=api.
 */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npmrcFor } from '@topsail/engine/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Job, type Pipeline, startPipeline } from '../src/testing/pipeline.ts'
import { type Toll, type Tollgate, tollgate } from '../src/testing/tollgate.ts'

// A forge, git over HTTP and a registry, each real: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const main = process.env['TOPSAIL_BIN'] ?? fileURLToPath(new URL('../src/main.ts', import.meta.url))
const isLong = process.env['TOPSAIL_CI_MAIN'] === 'all'
const stride = Number(process.env['TOPSAIL_CI_MAIN_STRIDE'] ?? 1)

let shop: Pipeline
let gate: Tollgate
let throughGate: { readonly NPM_CONFIG_USERCONFIG: string }
beforeAll(async () => {
  const mode = { commit: process.env['TOPSAIL_CI_MAIN_COMMIT'] ?? 'git' }
  const settings = { release: { leaseSeconds: 2 }, forgeReleases: { aggregated: true }, pullRequest: mode }
  shop = await startPipeline({ 'topsail.json': settings })
  gate = await tollgate(shop.rig.webUrl, shop.rig.registry?.url ?? '')
  // A journal names the registry: all runs have to reach it by the same address.
  throughGate = { NPM_CONFIG_USERCONFIG: join(shop.rig.work.root, '..', 'npmrc') }
  await writeFile(throughGate.NPM_CONFIG_USERCONFIG, npmrcFor(`${gate.urls[1]}/`, shop.rig.registry?.token ?? ''))
  await shop.ciMain([], throughGate)
})
afterAll(async () => {
  await gate?.close()
  await shop?.close()
})

type Point = { readonly at: Toll['at']; readonly when: Toll['when'] }

/** Runs as a process of its own, through the gate. Undefined: it was killed there, as it is unless told otherwise. */
async function childAt(point: Point, instead?: Toll['act']): Promise<number | undefined> {
  const { clone, env } = await shop.job(throughGate)
  const [web = ''] = gate.urls
  await clone.git(
    'remote',
    'set-url',
    'origin',
    `${web.replace('http://', `http://x:${shop.rig.tokens.ci}@`)}/acme/shop.git`,
  )
  const api = shop.rig.apiUrl.replace(shop.rig.webUrl, web)
  const child = spawn(process.execPath, [main, 'ci', 'main'], {
    cwd: clone.root,
    env: { ...env, GITHUB_API_URL: api },
    stdio: 'ignore',
  })
  gate.set({ ...point, act: instead ?? (() => void child.kill('SIGKILL')) })
  const code = await new Promise<number | null>((done) => child.on('close', done))
  gate.set(undefined)
  return code ?? undefined
}

let stories = 0

/** A change, its release pull request, its merge and its release, each killed once. */
async function story(opening: Point, publishing: Point): Promise<readonly boolean[]> {
  stories += 1
  const id = `story-${stories}`
  await shop.change(id, { '@acme/db': 'patch', '@acme/web': 'minor' })
  const first = await childAt(opening)
  const opened = await shop.ciMain([], throughGate)
  expect(opened).toMatchObject({ code: 0, result: { problems: [] } })
  const pulls = await shop.openPullRequests()
  expect(pulls.map(({ number }) => number)).toEqual([opened.result.pullRequest?.number])
  expect(pulls[0]?.body).toContain(`plan=${opened.result.pullRequest?.plan} `)
  const line = await shop.rig.bare.git(['log', '--format=%B', 'main..topsail/release'])
  expect(line.match(/^Topsail-Plan: /gm)).toHaveLength(1)

  await shop.rig.merge(pulls[0]?.number ?? 0, 'squash')
  const second = await childAt(publishing)
  const published = await shop.ciMain([], throughGate)
  expect(published).toMatchObject({ code: 0, result: { held: [], problems: [], pullRequest: { state: 'none' } } })
  const manifest = await shop.rig.bare.git(['show', 'main:packages/web/package.json'])
  const { version } = JSON.parse(manifest) as { version: string }
  expect((await shop.versions('@acme/web')).at(-1)).toBe(version)
  const tags = await shop.tags()
  expect(tags).toContain(`@acme/web@${version}`)
  expect((await shop.releases()).map(({ tag_name: tag }) => tag).toSorted()).toEqual(tags)
  return [first === undefined, second === undefined]
}

const request = (method: string, path: RegExp, when: Point['when']): Point => ({
  at: (each) => each.method === method && path.test(each.path),
  when,
})

test('killed when the pull request was opened, and when a tarball was uploaded, and nobody heard of either', async () => {
  const opening = request('POST', /\/pulls$/, 'after')
  const publishing = request('PUT', /^\/@acme/, 'after')
  expect(await story(opening, publishing)).toEqual([true, true])
})

if (isLong) {
  test('killed when the branch is about to be pushed, and when the forge is about to be told', async () => {
    const opening = request('POST', /\/git-receive-pack$/, 'before')
    const publishing = request('POST', /\/releases$/, 'before')
    expect(await story(opening, publishing)).toEqual([true, true])
  })

  test(
    'killed at every request, before and after',
    async () => {
      for (const when of ['after', 'before'] as const) {
        for (let count = 1, killed: readonly boolean[] = [true]; killed.includes(true); count += stride) {
          const here: Point = { at: (each) => each.count === count, when }
          killed = await story(here, here)
        }
      }
    },
    60 * 60_000,
  )
}

test('two runners at once leave one release pull request, and publish everything once', async () => {
  await shop.change('together', { '@acme/api': 'minor' })
  const opening = await Promise.all([shop.ciMain([], throughGate), shop.ciMain([], throughGate)])
  expect(opening.map(({ code }) => code)).toEqual([0, 0])
  const pulls = await shop.openPullRequests()
  expect(pulls).toHaveLength(1)
  expect(new Set(opening.map(({ result }) => result.pullRequest?.number))).toEqual(new Set([pulls[0]?.number]))
  await shop.rig.merge(pulls[0]?.number ?? 0, 'rebase')
  const publishing = await Promise.all([shop.ciMain([], throughGate), shop.ciMain([], throughGate)])
  expect(publishing.map(({ code }) => code)).toEqual([0, 0])
  const published = publishing.flatMap(({ result }) => result.published?.published ?? [])
  expect(published.map(({ name }) => name).toSorted()).toEqual(['@acme/api', '@acme/web'])
  const tags = await shop.tags()
  expect((await shop.releases()).map(({ tag_name: tag }) => tag).toSorted()).toEqual(tags)
})

test('what another run pushed meanwhile is seen, whatever git says of it over HTTP', async () => {
  await shop.change('meanwhile', { '@acme/db': 'patch' })
  const others: Job[] = []
  const code = await childAt(request('GET', /service=git-receive-pack$/, 'held'), async () => {
    others.push(await shop.ciMain([], throughGate))
  })
  expect([code, ...others.map((other) => other.code)]).toEqual([0, 0])
  expect((await shop.openPullRequests()).map(({ number }) => number)).toEqual([others[0]?.result.pullRequest?.number])
  const refs = [...(await shop.rig.bare.refs()).keys()]
  expect(refs.filter((ref) => ref.startsWith('refs/heads/topsail/'))).toEqual(['refs/heads/topsail/release'])
})
