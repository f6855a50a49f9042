import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnsOf, historyOfColumns, type SaidColumns } from './commit-columns.ts'
import { plainReading } from './commits.ts'
import { resolveChanges } from './resolve.ts'
import { commitPresetNames, type Settings } from '../settings.ts'
import type { History, RawCommit } from '../snapshot.ts'
import { packageOf, snapshotOf, workspaceOf } from '../testing/build.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 200)

const workspace = workspaceOf([
  packageOf({ name: 'a', version: '1.0.0', dependencies: { b: '^0.2.0' } }),
  packageOf({ name: 'b', version: '0.2.0' }),
])
const dirs = ['.', 'packages/a', 'packages/a/src', 'packages/b']

const line = fc.constantFrom(
  'feat: a',
  'feat!: b',
  'fix(b): c (#12)',
  'perf(a,b)!: d',
  'docs: e',
  'Chore!: f',
  'Tidy up',
  'BREAKING CHANGE: g',
  'revert: docs: e',
  'Merge pull request #7 from x/y',
  'Release-As: 3.0.0',
  '* feat(b): nested',
  '',
)
const commit = fc.record({
  message: fc.array(line, { maxLength: 4 }).map((lines) => lines.join('\n')),
  back: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
  dirs: fc.uniqueArray(fc.nat(dirs.length - 1), { maxLength: 3 }),
  adds: fc.boolean(),
})
const commits = fc.array(commit, { minLength: 1, maxLength: 20 }).map((drawn) =>
  drawn
    .map(({ message, back, dirs, adds }, at): RawCommit => {
      const parents = back.filter((step) => step <= at).map((step) => shaOf(at - step))
      return {
        sha: shaOf(at),
        parents: at > 0 && parents.length === 0 ? [shaOf(at - 1)] : parents,
        date: '',
        message,
        dirs,
        addedChangesets: adds ? ['.changeset/one.md'] : [],
      }
    })
    .toReversed(),
)

function shaOf(at: number): string {
  return at.toString(16).padStart(2, '0').padEnd(40, '0')
}

/** The same history with what its plain messages say beside it, as whoever keeps an index of it hands it on. */
function withSaid(history: History, settings: Settings): History {
  const { name, read } = plainReading(settings)
  const plain = history.commits.map(({ message }) => read(message))
  const heads: SaidColumns['heads'][number][] = []
  const numbers = Int32Array.from(plain, (one) => (one === undefined ? -1 : heads.push(one.head) - 1))
  const said: SaidColumns = {
    reading: name,
    numbers,
    heads,
    summary: (index) => plain[index]?.summary ?? '',
    hasPull: (index) => plain[index]?.hasPull === true,
  }
  const { commits, ...rest } = history
  return historyOfColumns({ ...columnsOf(history), said }, rest, () => commits)
}

test('a message that was read before asks for what reading it asks for', () => {
  const sources = fc.constantFrom('commits' as const, 'both' as const)
  const draws = fc.tuple(
    commits,
    fc.option(fc.nat(), { nil: undefined }),
    fc.constantFrom(...commitPresetNames),
    sources,
  )
  fc.assert(
    fc.property(draws, ([raw, released, preset, sources]) => {
      const at = released === undefined ? undefined : raw[released % raw.length]
      const lastRelease: History['lastRelease'] = at === undefined ? {} : { a: { commit: at.sha, by: 'tag' } }
      const history: History = { commits: raw, dirs, lastRelease }
      const snapshot = snapshotOf({ workspace, settings: { sources, commits: { preset, types: {} } } })
      const kept = withSaid(history, snapshot.settings)
      expect(resolveChanges({ ...snapshot, history: kept })).toEqual(resolveChanges({ ...snapshot, history }))
    }),
    { numRuns },
  )
})
