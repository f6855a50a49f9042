import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Pipeline, startPipeline } from '../src/testing/pipeline.ts'

// A forge, git over HTTP and a registry, each real: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

/** By default one case stands for all: the others run without a forge in engine/src/reconcile. */
const isLong = process.env['TOPSAIL_CI_MAIN'] === 'all'

let shop: Pipeline
beforeAll(async () => {
  shop = await startPipeline()
  await shop.ciMain()
})
afterAll(() => shop?.close())

let count = 0
let id = ''
let number = 0
let plan: string | undefined

/** A release pull request for one more change of db. */
beforeEach(async () => {
  count += 1
  id = `change-${count}`
  await shop.change(id, { '@acme/db': 'patch' })
  const { result } = await shop.ciMain()
  number = result.pullRequest?.number ?? 0
  plan = result.pullRequest?.plan
})

/** What a person does by hand to the release branch, keeping our message. */
async function amend(files: Readonly<Record<string, string | null>>): Promise<void> {
  const { work } = shop.rig
  await work.git('fetch', '--quiet', 'origin')
  await work.git('checkout', '--quiet', '-B', 'mine', 'origin/topsail/release')
  await work.write(files)
  await work.git('add', '--all')
  await work.git('commit', '--quiet', '--amend', '--no-edit')
  await work.git('push', '--quiet', '--force', 'origin', 'HEAD:topsail/release')
  await work.git('checkout', '--quiet', 'main')
}

async function dbManifest(): Promise<Record<string, unknown>> {
  return JSON.parse(await shop.rig.bare.git(['show', 'topsail/release:packages/db/package.json']))
}

async function revertMain(): Promise<void> {
  const { work } = shop.rig
  await work.git('fetch', '--quiet', 'origin')
  await work.git('reset', '--quiet', '--hard', 'origin/main')
  await work.git('revert', '--no-edit', 'HEAD')
  await work.git('push', '--quiet', 'origin', 'HEAD:main')
}

test('another version: it is said, nothing of it is published, and a revert brings the proposal back', async () => {
  await amend({
    'packages/db/package.json': `${JSON.stringify({ ...(await dbManifest()), version: '2.9.9' }, null, 2)}\n`,
  })
  await shop.rig.merge(number, 'squash')
  const { code, result, stderr } = await shop.ciMain()
  expect(code).toBe(1)
  expect(stderr).toContain('RELEASE_NOT_AS_PLANNED')
  expect(result.held).toEqual(['@acme/db'])
  expect(result.problems).toMatchObject([
    { code: 'RELEASE_NOT_AS_PLANNED', plan, differences: [{ what: 'version', name: '@acme/db', found: '2.9.9' }] },
  ])
  expect(await shop.versions('@acme/db')).not.toContain('2.9.9')
  await revertMain()
  const again = await shop.ciMain()
  expect(again).toMatchObject({ code: 0, result: { held: [], pullRequest: { state: 'opened' } } })
})

if (isLong) {
  describe.each(['merge', 'squash', 'rebase'] as const)('merged by %s', (method) => {
    test('it is the plan that was proposed, and is published', async () => {
      const merged = await shop.rig.merge(number, method)
      const { code, result } = await shop.ciMain()
      expect(code).toBe(0)
      expect(result.plans).toEqual([{ plan, commit: merged }])
      expect(result.published?.published.map(({ name }) => name)).toEqual(['@acme/db'])
    })
  })

  describe('what was merged is not what was proposed', () => {
    test('another changelog: a commit that mends it is enough', async () => {
      const path = 'packages/db/CHANGELOG.md'
      const text = await shop.rig.bare.git(['show', `topsail/release:${path}`])
      await amend({ [path]: `${text.replace(`Change ${id}`, 'Something else')}\n` })
      await shop.rig.merge(number, 'rebase')
      const { code, result } = await shop.ciMain()
      expect(code).toBe(1)
      expect(result.problems).toMatchObject([{ differences: [{ what: 'changelog', name: path }] }])
      const { work } = shop.rig
      await work.git('fetch', '--quiet', 'origin')
      await work.git('reset', '--quiet', '--hard', 'origin/main')
      await work.write({ [path]: `${text}\n` })
      await work.push('docs: as it was proposed')
      expect(await shop.ciMain()).toMatchObject({ code: 0, result: { plans: [{ plan }] } })
    })

    test('a stale merge that holds more than was proposed is held back', async () => {
      await shop.change(`more-${id}`, { '@acme/db': 'major' })
      await shop.rig.merge(number, 'merge')
      const { code, result, stderr } = await shop.ciMain()
      expect(code).toBe(1)
      expect(stderr).toContain('RELEASE_EXCEEDS_PLAN')
      expect(result.held).toEqual(['@acme/db'])
      // What is pending on top of it is proposed all the same, and takes it along.
      expect(result.pullRequest?.state).toBe('opened')
      await shop.rig.merge(result.pullRequest?.number ?? 0, 'merge')
      const after = await shop.ciMain()
      expect(after).toMatchObject({ code: 0, result: { held: [] } })
      expect(await shop.versions('@acme/db')).toContain('3.0.0')
    })

    test('a stale merge with an unrelated change is published, and the change is proposed next', async () => {
      await shop.change(`other-${id}`, { '@acme/web': 'minor' })
      await shop.rig.merge(number, 'merge')
      const { code, result } = await shop.ciMain()
      expect(code).toBe(0)
      expect(result.plans).toMatchObject([{ plan }])
      expect(result.pullRequest?.state).toBe('opened')
      await shop.rig.merge(result.pullRequest?.number ?? 0, 'merge')
      expect((await shop.ciMain()).code).toBe(0)
    })
  })

  test('a squash whose message says nothing is known by the forge, and by what was proposed', async () => {
    const { work } = shop.rig
    await work.git('fetch', '--quiet', 'origin')
    await work.git('reset', '--quiet', '--hard', 'origin/main')
    await work.git('merge', '--quiet', '--squash', 'origin/topsail/release')
    await work.push('release')
    expect(await shop.ciMain()).toMatchObject({ code: 0, result: { plans: [{ plan }], held: [] } })
  })

  test('versions that nobody proposed are published as ever', async () => {
    const { work } = shop.rig
    const manifest = await dbManifest()
    await work.git('fetch', '--quiet', 'origin')
    await work.git('reset', '--quiet', '--hard', 'origin/main')
    await work.write({
      [`.changeset/${id}.md`]: null,
      'packages/db/package.json': `${JSON.stringify({ ...manifest, version: '9.0.0' }, null, 2)}\n`,
    })
    await work.push('chore: by hand')
    const { code, result } = await shop.ciMain()
    expect(code).toBe(0)
    expect(result.plans).toEqual([])
    expect(await shop.versions('@acme/db')).toContain('9.0.0')
  })

  test('a record that is gone is made good by planning again where the commit began', async () => {
    const refs = (await shop.rig.bare.git(['for-each-ref', '--format=%(refname)', 'refs/topsail/proposals'])).split(
      '\n',
    )
    expect(refs.length).toBeLessThanOrEqual(4)
    for (const ref of refs) await shop.rig.bare.git(['update-ref', '-d', ref])
    await shop.rig.merge(number, 'squash')
    expect(await shop.ciMain()).toMatchObject({ code: 0, result: { plans: [{ plan }], held: [] } })
  })
}
