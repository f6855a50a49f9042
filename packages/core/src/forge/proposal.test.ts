import { expect, test } from 'vitest'
import { editsOf } from '../edits/edits.ts'
import { planRelease } from '../plan/plan.ts'
import { changesetFile, packageOf, snapshotOf, workspaceOf } from '../testing/build.ts'
import { parseProposal, proposalDifferences, proposalOf, proposalPaths } from './proposal.ts'

const snapshot = snapshotOf({
  workspace: workspaceOf([
    packageOf({ name: 'db', version: '2.0.0' }),
    packageOf({ name: 'api', version: '1.0.0', dependencies: { db: '^2.0.0' } }),
    packageOf({ name: 'constructor', version: '1.0.0', dependencies: { db: 'workspace:^' } }),
  ]),
  changesets: [changesetFile('brave-cats', { db: 'major' }, 'Drop the pool')],
})
const plan = planRelease(snapshot, () => 'x')
const changelogs = plan.releases.map((release) => ({
  release,
  entry: `## ${release.to}\n\n### Major Changes\n\n- Drop the pool`,
  before: undefined,
}))
const layout = { rules: 'changesets@3', isUnformatted: false } as const
const { edits } = editsOf(plan, snapshot, { changelogs, layout, preState: undefined })
const written = new Map(edits.flatMap(({ path, after }) => (after === undefined ? [] : [[path, after] as const])))
const proposal = proposalOf(plan, 'a'.repeat(40), (path) => written.get(path))
const differ = (more: Readonly<Record<string, string | undefined>> = {}) =>
  proposalDifferences(proposal, (path) => (Object.hasOwn(more, path) ? more[path] : written.get(path)))

test('what a plan writes is what it proposes', () => {
  expect(proposal.releases.map(({ name, to }) => `${name}@${to}`)).toEqual([
    'api@1.0.1',
    'constructor@1.0.1',
    'db@3.0.0',
  ])
  expect(differ()).toEqual([])
})

test('a proposal survives being written down, and nothing else passes for one', () => {
  expect(parseProposal(JSON.stringify(proposal))).toEqual(proposal)
  for (const text of ['', 'null', '[]', '{}', JSON.stringify({ ...proposal, releases: [{}] })]) {
    expect(parseProposal(text)).toBeUndefined()
  }
})

test.each([
  ['version', 'packages/db/package.json', (text: string) => text.replace('3.0.0', '3.0.1')],
  ['range', 'packages/api/package.json', (text: string) => text.replace('^3.0.0', '^2.0.0')],
  ['changelog', 'packages/db/CHANGELOG.md', (text: string) => text.replace('Drop', 'Keep')],
] as const)('another %s is told', (what, path, change) => {
  expect(differ({ [path]: change(written.get(path) ?? '') })).toEqual([expect.objectContaining({ what })])
})

test('a changeset that is still there is told', () => {
  expect(differ({ '.changeset/brave-cats.md': 'x' })).toEqual([
    { what: 'changeset', name: '.changeset/brave-cats.md', planned: null, found: 'not used up' },
  ])
})

test('a manifest that is gone or broken differs in all that the plan writes there', () => {
  for (const text of [undefined, '', '{', 'null', '[]']) {
    expect(differ({ 'packages/api/package.json': text })).toEqual([
      { what: 'version', name: 'api', planned: '1.0.1', found: null },
      { what: 'range', name: 'packages/api › dependencies › db', planned: '^3.0.0', found: null },
    ])
  }
})

test('whatever else main has since written in the same files is no difference', () => {
  const manifest = (written.get('packages/api/package.json') ?? '').replace('{\n', '{\n  "description": "more",\n')
  const changelog = `${written.get('packages/api/CHANGELOG.md') ?? ''}\n## 0.9.0\n\n- old\n`.replaceAll('\n', '\r\n')
  expect(differ({ 'packages/api/package.json': manifest, 'packages/api/CHANGELOG.md': changelog })).toEqual([])
})

test('only the files that are compared are asked for', () => {
  const known = new Set(proposalPaths(proposal))
  proposalDifferences(proposal, (path) => {
    expect(known).toContain(path)
    return undefined
  })
})
