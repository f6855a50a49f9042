import { expect, test } from 'vitest'
import { editsOf, type EditInputs } from './edits.ts'
import { planRelease } from '../plan/plan.ts'
import { defaultSettings } from '../settings.ts'
import type { PreState, Snapshot } from '../snapshot.ts'
import type { Manifest, Package } from '../workspace.ts'

const changeset = '---\ndb: major\n---\n\nbreak\n'

test('a release edits its manifest, its changelog, its dependents and the root, and uses up its changeset', () => {
  const snapshot = snapshotOf({ '.changeset/a.md': changeset })
  const plan = planRelease(snapshot, String)
  const releases = plan.releases.filter(({ name }) => name === 'db')
  const changelogs = releases.map((release) => ({ release, entry: '## 2.0.0\n\n- break', before: '# db\n' }))
  const { edits, problems } = editsOf(plan, snapshot, { changelogs, layout, preState: undefined })
  expect(problems).toEqual([])
  expect(Object.fromEntries(edits.map(({ path, after }) => [path, after]))).toEqual({
    'package.json': '{"devDependencies":{"db":"^2.0.0"}}',
    'packages/db/package.json': '{"name":"db","version":"2.0.0"}',
    'packages/api/package.json': '{"name":"api","version":"1.0.1","dependencies":{"db":"^2.0.0"}}',
    'packages/db/CHANGELOG.md': '# db\n\n## 2.0.0\n\n- break\n',
    '.changeset/a.md': undefined,
  })
  expect(edits.find(({ path }) => path === '.changeset/a.md')?.before).toBe(changeset)
})

test('in pre mode a used changeset is moved: one file goes, one comes', () => {
  const snapshot = snapshotOf({ '.changeset/a.md': changeset }, { mode: 'pre', tag: 'next' })
  const { edits } = editsOf(planRelease(snapshot, String), snapshot, none)
  expect(edits.filter(({ path }) => path.startsWith('.changeset/'))).toEqual([
    { path: '.changeset/a.md', before: changeset, after: undefined },
    { path: '.changeset/pre/a.md', before: undefined, after: changeset },
  ])
})

test('the pre state of Changesets 2 is migrated: used changesets are set aside, the file keeps mode and tag', () => {
  const pre: PreState = { mode: 'pre', tag: 'next', initialVersions: { db: '1.0.0' }, changesets: ['used'] }
  const snapshot = snapshotOf({ '.changeset/a.md': changeset, '.changeset/used.md': changeset }, pre)
  const { edits } = editsOf(planRelease(snapshot, String), snapshot, { ...none, preState: JSON.stringify(pre) })
  const after = new Map(edits.map((edit) => [edit.path, edit.after]))
  expect(after.get('.changeset/pre/used.md')).toBe(changeset)
  expect(after.has('.changeset/used.md')).toBe(true)
  expect(JSON.parse(after.get('.changeset/pre.json') ?? '')).toEqual({ mode: 'pre', tag: 'next' })
})

test('leaving pre mode removes the pre state', () => {
  const snapshot = snapshotOf({ '.changeset/pre/a.md': changeset }, { mode: 'exit', tag: 'next' })
  const { edits } = editsOf(planRelease(snapshot, String), snapshot, { ...none, preState: '{}' })
  expect(edits).toContainEqual({ path: '.changeset/pre.json', before: '{}', after: undefined })
  expect(edits).toContainEqual({ path: '.changeset/pre/a.md', before: changeset, after: undefined })
})

test('what would stay as it is does not occur', () => {
  const snapshot = snapshotOf({ '.changeset/a.md': changeset })
  const plan = planRelease(snapshot, String)
  const paths = ({ edits }: ReturnType<typeof editsOf>) => edits.map(({ path }) => path)
  const written = paths(editsOf({ ...plan, preState: 'as it is' }, snapshot, { ...none, preState: 'as it was' }))
  expect(written).toContain('.changeset/pre.json')
  const again = paths(editsOf({ ...plan, preState: 'as it is' }, snapshot, { ...none, preState: 'as it is' }))
  expect(again).toEqual(written.filter((path) => path !== '.changeset/pre.json'))
})

test('a manifest whose text cannot take the edit is a problem, not a throw', () => {
  const snapshot = snapshotOf({ '.changeset/a.md': changeset })
  const packages = snapshot.workspace.packages.map((pkg) =>
    pkg.name === 'db' ? { ...pkg, text: '{"name":"db"}' } : pkg,
  )
  const broken = { ...snapshot, workspace: { ...snapshot.workspace, packages } }
  const { problems } = editsOf(planRelease(broken, String), broken, none)
  expect(problems.map(({ code, place }) => [code, place?.file])).toEqual([
    ['MANIFEST_EDIT_IMPOSSIBLE', 'packages/db/package.json'],
  ])
})

const layout = { rules: 'changesets@3', isUnformatted: false } as const

const none: EditInputs = { changelogs: [], layout, preState: undefined }

function snapshotOf(changesets: Readonly<Record<string, string>>, pre?: PreState): Snapshot {
  return {
    workspace: {
      tool: 'pnpm',
      root: packageOf('.', { devDependencies: { db: '^1.0.0' } }),
      packages: [
        packageOf('packages/api', { name: 'api', version: '1.0.0', dependencies: { db: '^1.0.0' } }),
        packageOf('packages/db', { name: 'db', version: '1.0.0' }),
      ],
      catalogs: {},
    },
    settings: defaultSettings,
    changesets: Object.entries(changesets).map(([path, text]) => ({
      id: path.replace('.changeset/', '').replace('.md', ''),
      path,
      text,
    })),
    pre,
    history: undefined,
    head: undefined,
    now: '2026-01-01T00:00:00.000Z',
    problems: [],
  }
}

function packageOf(dir: string, manifest: Manifest): Package {
  const { name = '', version } = manifest
  return { name, dir, version, private: false, manifest, text: JSON.stringify(manifest) }
}
