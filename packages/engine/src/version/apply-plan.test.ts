import { planInputs, toPlanDocument, type PlanDocument } from '@topsail/core'
import { afterEach, expect, test } from 'vitest'
import { planWorkspace, sha256 } from '../read/read-snapshot.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { readTree } from '../testing/tree.ts'
import { createFolder, type WorkspaceFolder } from '../testing/workspace-folder.ts'
import { applyPlanDocument } from './apply-plan.ts'

const files = {
  'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
  '.changeset/config.json': { changelog: false },
  '.changeset/calm-cats.md': '---\n"@acme/db": minor\n---\n\nAdd a pool\n',
  'packages/db/package.json': { name: '@acme/db', version: '1.0.0' },
}

const open: { close(): void | Promise<void> }[] = []
afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close()
})

test('the plan of a document is written exactly', async () => {
  const { root } = folder()
  const document = toPlanDocument((await planWorkspace({ cwd: root })).plan)
  const result = await applyPlanDocument({ cwd: root, document: JSON.parse(JSON.stringify(document)) })
  expect(result).toMatchObject({ outcome: 'written', problems: [] })
  expect(readTree(root)['packages/db/package.json']).toContain('"version": "1.1.0"')
})

test('when a changeset was added since, nothing is written and what moved is listed', async () => {
  const { root, write } = folder()
  const document = toPlanDocument((await planWorkspace({ cwd: root })).plan)
  write({ '.changeset/mad-dogs.md': '---\n"@acme/db": major\n---\n\nDrop it\n' })
  const before = readTree(root)
  const result = await applyPlanDocument({ cwd: root, document, file: 'plan.json' })
  expect(result).toMatchObject({
    outcome: 'refused',
    problems: [
      {
        code: 'PLAN_MOVED',
        place: { file: 'plan.json' },
        moved: [
          { what: 'release', name: '@acme/db' },
          { what: 'change', name: 'changeset:mad-dogs', planned: null },
          { what: 'changeset', name: '.changeset/mad-dogs.md', planned: null },
        ],
      },
    ],
  })
  expect(readTree(root)).toEqual(before)
})

test('what alters no release is named as well: an edited manifest, an added package, a setting', async () => {
  const { root, write } = folder()
  const { snapshot, plan } = await planWorkspace({ cwd: root })
  const document = toPlanDocument(plan, planInputs(snapshot, sha256))
  write({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'], description: 'ours' },
    'packages/new/package.json': { name: 'new', version: '1.0.0' },
    '.changeset/config.json': { changelog: false, updateInternalDependencies: 'minor' },
  })
  expect(await movesOf(root, document)).toEqual([
    ['setting', 'updateInternalDependencies', '"patch"', '"minor"'],
    ['manifest', 'package.json', expect.stringMatching(/^#/), expect.stringMatching(/^#/)],
    ['manifest', 'packages/new/package.json', null, expect.stringMatching(/^#/)],
  ])
})

test('a changeset and a commit that ask for nothing are named', async () => {
  const { root, write, commit } = await repository()
  const { snapshot, plan } = await planWorkspace({ cwd: root, sources: 'both' })
  const document = toPlanDocument(plan, planInputs(snapshot, sha256))
  await write({
    '.changeset/mild-mice.md': '---\n"@acme/db": none\n---\n\nOnly words\n',
    'packages/db/index.js': '// new',
  })
  const sha = await commit('chore: words')
  expect(await movesOf(root, document)).toEqual([
    ['commit', '', plan.commit, sha],
    ['change', 'changeset:mild-mice', null, '@acme/db: none: Only words'],
    ['changeset', '.changeset/mild-mice.md', null, 'used up'],
  ])
})

test('a document that was altered by hand asks for nothing', async () => {
  const { root } = folder()
  const document = toPlanDocument((await planWorkspace({ cwd: root })).plan)
  const releases = document.releases.map((release) => ({ ...release, to: '66.6.6', dir: '../elsewhere' }))
  const result = await applyPlanDocument({ cwd: root, document: { ...document, releases } })
  expect(result.problems.map(({ code }) => code)).toEqual(['PLAN_MOVED'])
})

test('uncommitted work in what would be written refuses, unless it may be written over', async () => {
  const repository = await createRepository(files)
  open.push(repository)
  const cwd = repository.root
  await repository.write({ 'packages/db/package.json': { name: '@acme/db', version: '1.0.0', description: 'mine' } })
  const document = toPlanDocument((await planWorkspace({ cwd })).plan)
  expect(await applyPlanDocument({ cwd, document })).toMatchObject({
    outcome: 'refused',
    problems: [{ code: 'TREE_DIRTY', files: ['packages/db/package.json'] }],
  })
  expect(await applyPlanDocument({ cwd, document, allowDirty: true })).toMatchObject({ outcome: 'written' })
})

test('a plan made under other rules is made again under those', async () => {
  const { root } = folder()
  const document = toPlanDocument((await planWorkspace({ cwd: root, rules: 'topsail' })).plan)
  expect((await applyPlanDocument({ cwd: root, document, dryRun: true })).outcome).toBe('dry-run')
})

test.each([
  ['that were chosen for the Changesets it uses', undefined],
  ['that were named', 'changesets@2' as const],
])('a plan under rules %s is applied under the same', async (_, rules) => {
  const { root, write } = folder()
  write({
    'package.json': { ...files['package.json'], devDependencies: { '@changesets/cli': '2.29.4' } },
    'packages/api/package.json': { name: '@acme/api', version: '1.0.0', dependencies: { '@acme/db': 'workspace:^' } },
  })
  const { snapshot, plan } = await planWorkspace({ cwd: root, rules })
  expect(plan.rules).toBe('changesets@2')
  const document = toPlanDocument(plan, planInputs(snapshot, sha256))
  expect(await applyPlanDocument({ cwd: root, document, dryRun: true })).toMatchObject({
    outcome: 'dry-run',
    problems: [],
  })
})

test('a snapshot release is applied with the moment of its plan', async () => {
  const { root } = folder()
  const snapshotRelease = { tag: 'canary', commit: undefined }
  const { plan } = await planWorkspace({ cwd: root, snapshotRelease, now: '2026-01-02T03:04:05.000Z' })
  const document = JSON.parse(JSON.stringify(toPlanDocument(plan)))
  expect(await applyPlanDocument({ cwd: root, document })).toMatchObject({ outcome: 'written', problems: [] })
  expect(readTree(root)['packages/db/package.json']).toContain('"version": "0.0.0-canary-20260102030405"')
})

test.each(['', 'never', '2026-01-03T00:00:00.000Z'])(
  'a snapshot plan with another moment is another plan: %j',
  async (now) => {
    const { root } = folder()
    const snapshotRelease = { tag: 'canary', commit: undefined }
    const document = toPlanDocument((await planWorkspace({ cwd: root, snapshotRelease })).plan)
    const altered = { ...document, snapshotRelease: { tag: 'canary', commit: null, now } }
    expect((await applyPlanDocument({ cwd: root, document: altered })).problems.map(({ code }) => code)).toEqual([
      'PLAN_MOVED',
    ])
  },
)

async function movesOf(root: string, document: PlanDocument): Promise<unknown[]> {
  const { outcome, problems } = await applyPlanDocument({ cwd: root, document: JSON.parse(JSON.stringify(document)) })
  expect(outcome).toBe('refused')
  return problems.flatMap((problem) =>
    problem.code === 'PLAN_MOVED'
      ? problem.moved.map(({ what, name, planned, now }) => [what, name, planned, now])
      : [],
  )
}

async function repository(): Promise<TestRepository> {
  const created = await createRepository(files)
  open.push(created)
  return created
}

function folder(): WorkspaceFolder {
  const created = createFolder(files)
  open.push(created)
  return created
}
