import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { gitIn } from '../adapters/git-process.ts'
import { planWorkspace } from '../read/read-snapshot.ts'
import { gitRefStore } from '../release/git-ref-store.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import type { MayBePlanned } from './plan-at.ts'
import { checkMergedPlans, type MergedPlans } from './merged-plans.ts'
import { proposalRefs, readProposals } from './proposal-store.ts'
import { readRemote } from './remote-refs.ts'
import { writeBranch } from './write-branch.ts'

const namespaces = ['refs/topsail']
const branch = 'topsail/release'
const changelog = 'packages/db/CHANGELOG.md'
const manifest = 'packages/db/package.json'

let shop: TestRepository
let plan = ''
beforeEach(async () => {
  shop = await createRepository({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
    '.changeset/config.json': { changelog: '@changesets/changelog-git', format: false },
    '.changeset/brave-cats.md': '---\n"db": minor\n---\n\nA faster pool\n',
    [manifest]: { name: 'db', version: '1.0.0' },
    'packages/api/package.json': { name: 'api', version: '1.0.0', dependencies: { db: '1.0.0' } },
  })
  await shop.git('tag', 'db@1.0.0')
  await shop.git('tag', 'api@1.0.0')
  await shop.git('push', '--quiet', 'origin', '--tags')
  plan = await propose()
})
afterEach(() => shop.close())

async function remote() {
  const reading = await readRemote(gitIn(shop.root), { remote: 'origin', branches: ['main', branch], namespaces })
  if (reading.kind === 'unreachable') throw new Error('the remote is there')
  return reading.refs
}

/** The release branch on what lies on main, as the reconciler writes it. */
async function propose(): Promise<string> {
  const git = gitIn(shop.root)
  const { ours, branches } = await remote()
  const onto = branches.get('main') ?? ''
  let id = ''
  const answer = await writeBranch({
    root: shop.root,
    git,
    refs: gitRefStore(git, 'origin'),
    namespaces,
    ours,
    branch,
    expected: branches.get(branch),
    onto,
    forge: undefined,
    message: (written) => {
      id = written.plan.id
      return 'chore: release'
    },
  })
  expect(answer.kind).toBe('written')
  await shop.git('fetch', '--quiet', 'origin')
  return id
}

async function judge(pending?: MayBePlanned): Promise<MergedPlans> {
  const git = gitIn(shop.root)
  const { tags, ours } = await remote()
  const planned = await planWorkspace({ cwd: shop.root })
  const { snapshot } = planned
  return checkMergedPlans({
    root: shop.root,
    git,
    snapshot,
    head: await shop.git('rev-parse', 'HEAD'),
    tags,
    proposals: async () => {
      const recorded = await readProposals(gitRefStore(git, 'origin'), proposalRefs(namespaces, ours))
      return recorded.map(({ proposal }) => proposal)
    },
    forge: undefined,
    branch,
    pending: async () => pending ?? planned,
  })
}

const merging = {
  merge: () => shop.git('merge', '--quiet', '--no-ff', '--message', 'Merge pull request #7', `origin/${branch}`),
  'fast forward': () => shop.git('merge', '--quiet', '--ff-only', `origin/${branch}`),
  rebase: () => shop.git('cherry-pick', `origin/${branch}`),
  'squash with its message': async () => {
    await shop.git('merge', '--quiet', '--squash', `origin/${branch}`)
    await shop.git('commit', '--quiet', '--message', `chore: release (#7)\n\nTopsail-Plan: ${plan}`)
  },
  'squash without a word': async () => {
    await shop.git('merge', '--quiet', '--squash', `origin/${branch}`)
    await shop.git('commit', '--quiet', '--message', 'release')
  },
}

describe.each(Object.keys(merging) as (keyof typeof merging)[])('by %s', (method) => {
  test('the plan lies there as it was proposed, whatever else came to main meanwhile', async () => {
    if (method !== 'fast forward') {
      await shop.write({ 'packages/api/README.md': 'more\n' })
      await shop.commit('docs: more')
    }
    await merging[method]()
    const commit = await shop.git('rev-parse', 'HEAD')
    expect(await judge()).toEqual({ held: [], plans: [{ plan, commit }], problems: [] })
  })
})

async function mergeWith(change: (files: { manifest: string; changelog: string }) => Record<string, string>) {
  await shop.git('merge', '--quiet', '--squash', `origin/${branch}`)
  const files = {
    manifest: await shop.git('show', `origin/${branch}:${manifest}`),
    changelog: await shop.git('show', `origin/${branch}:${changelog}`),
  }
  await shop.write(change(files))
  await shop.git('add', '--all')
  await shop.git('commit', '--quiet', '--message', `chore: release\n\nTopsail-Plan: ${plan}`)
  return files
}

test('another version is told, and nothing of the plan may be published', async () => {
  await mergeWith((files) => ({ [manifest]: files.manifest.replace('1.1.0', '1.2.0') }))
  const { held, plans, problems } = await judge()
  expect({ held, plans }).toEqual({ held: ['api', 'db'], plans: [] })
  expect(problems).toMatchObject([
    { code: 'RELEASE_NOT_AS_PLANNED', plan, differences: [{ what: 'version', planned: '1.1.0', found: '1.2.0' }] },
  ])
})

test('another changelog is told; a later commit that mends it is enough', async () => {
  const { changelog: text } = await mergeWith((files) => ({ [changelog]: files.changelog.replace('faster', 'slower') }))
  expect((await judge()).problems).toMatchObject([{ differences: [{ what: 'changelog', name: changelog }] }])
  await shop.write({ [changelog]: `${text}\n` })
  await shop.commit('docs: as it was proposed')
  expect((await judge()).held).toEqual([])
})

test('a changeset that came back is told', async () => {
  await mergeWith(() => ({ '.changeset/brave-cats.md': '---\n"db": minor\n---\n\nA faster pool\n' }))
  expect((await judge()).problems).toMatchObject([{ differences: [{ what: 'changeset', found: 'not used up' }] }])
})

test('changes merged since that ask for more hold it back; those that do not, do not', async () => {
  await shop.write({ '.changeset/shy-owls.md': '---\n"db": patch\n---\n\nLess\n' })
  await shop.commit('fix: less')
  await merging.merge()
  expect((await judge()).held).toEqual([])
  await shop.write({ '.changeset/tall-geese.md': '---\n"db": major\n---\n\nMore\n' })
  await shop.commit('feat: more')
  const { held, problems } = await judge()
  expect(held).toEqual(['api', 'db'])
  expect(problems).toMatchObject([
    { code: 'RELEASE_EXCEEDS_PLAN', releases: [{ name: 'db', version: '1.1.0', planned: 'minor', now: 'major' }] },
  ])
})

test('while nobody can tell what was merged since, nothing of the plan is published', async () => {
  await merging.merge()
  const commit = await shop.git('rev-parse', 'HEAD')
  const { snapshot, plan: known } = await planWorkspace({ cwd: shop.root })
  const shallow = { code: 'HISTORY_SHALLOW', severity: 'error', names: ['db'], remote: 'origin' } as const
  const cause = { code: 'HISTORY_SHALLOW', place: undefined }
  const expected = { code: 'RELEASE_MAY_EXCEED_PLAN', plan, commit }
  const unplannable = await judge({ snapshot, plan: { ...known, problems: [shallow] } })
  expect(unplannable.held).toEqual(['api', 'db'])
  expect(unplannable.problems).toMatchObject([{ ...expected, causes: [cause], noTree: undefined }])
  const without = await judge({ detail: 'no room for a worktree' })
  expect(without.held).toEqual(['api', 'db'])
  expect(without.problems).toMatchObject([{ ...expected, causes: [], noTree: 'no room for a worktree' }])
})

test('without its record the plan is made again, and where that gives another one nothing is published', async () => {
  const forget = async (): Promise<void> => {
    const { ours } = await remote()
    for (const { ref } of proposalRefs(namespaces, ours)) await shop.git('push', '--quiet', 'origin', `:${ref}`)
  }
  await forget()
  await merging.rebase()
  expect((await judge()).plans).toMatchObject([{ plan }])
  await shop.git('reset', '--quiet', '--hard', 'origin/main')
  await shop.write({ '.changeset/shy-owls.md': '---\n"db": patch\n---\n\nLess\n' })
  await shop.commit('fix: less')
  await merging.merge()
  expect((await judge()).problems).toMatchObject([{ code: 'RELEASE_PLAN_UNKNOWN', plan }])
})

test('versions that nobody proposed are no business of ours', async () => {
  await shop.write({ [manifest]: { name: 'db', version: '7.0.0' } })
  await shop.commit('chore: by hand')
  expect(await judge()).toEqual({ held: [], plans: [], problems: [] })
})

test('of many proposals the newest are kept', async () => {
  for (const number of Array.from({ length: 4 }, (_, index) => index)) {
    await shop.write({ [`.changeset/more-${number}.md`]: '---\n"db": patch\n---\n\nMore\n' })
    await shop.commit('fix: more')
    plan = await propose()
  }
  const kept = proposalRefs(namespaces, (await remote()).ours)
  expect(kept).toHaveLength(4)
  expect(plan).toContain(kept[0]?.plan)
})
