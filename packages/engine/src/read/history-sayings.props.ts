import { commitPresetNames, planRelease, plainReading, type History, type Snapshot } from '@topsail/core'
import { packageOf, snapshotOf, workspaceOf } from '@topsail/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pushNumber, reserveBytes } from './growing.ts'
import { historyOf } from './history-columns.ts'
import { rowsFrom } from './history-commits.ts'
import { decodeTable, encodeTable } from './history-index.ts'
import { sayingReader } from './history-sayings.ts'
import { appendCommit, emptyTable, type HistoryTable } from './history-table.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 100)

const line = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('feat: a', 'fix(b): ünï (#12)', 'perf(a,b)!: d', 'docs: x', 'Chore: y', '') },
  fc.constantFrom('BREAKING CHANGE: e', 'Revert "feat: a"', 'This reverts commit 0000000.', 'revert: docs: x', '  '),
  fc.constantFrom(
    'Merge branch x',
    'Merge pull request #7 from y',
    'Release-As: 3.0.0',
    'fix: z: z',
    '* feat(b): nested',
  ),
  fc.string({ unit: 'binary' }),
)
const commit = fc.record({
  message: fc.array(line, { maxLength: 4 }).map((lines) => lines.join('\n').trimEnd()),
  back: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
  touches: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
  adds: fc.boolean(),
})

function tableOf(commits: readonly (typeof commit extends fc.Arbitrary<infer Value> ? Value : never)[]): HistoryTable {
  const table = emptyTable(20)
  table.dirs.push('.', 'packages/a', 'packages/b')
  commits.forEach(({ message, back, touches, adds }, row) => {
    const sha = ((row * 2_654_435_761) >>> 0).toString(16).padStart(8, '0').padEnd(40, '0')
    const parents = back.filter((step) => step <= row).map((step) => row - step)
    appendCommit(table, sha, row > 0 && parents.length === 0 ? [row - 1] : parents)
    const bytes = Buffer.from(`2026-01-01T00:00:00Z\n${message}`)
    const at = reserveBytes(table.text, bytes.length)
    bytes.copy(table.text.data, at)
    table.textStarts.data[row] = at
    table.textLengths.data[row] = bytes.length
    table.touchStarts.data[row] = table.touches.length
    table.touchCounts.data[row] = touches.length
    for (const touch of touches) pushNumber(table.touches, touch)
    if (adds) table.addedChangesets.set(row, ['.changeset/one.md'])
  })
  return table
}

test('what was kept of messages gives the plan that reading them gives', () => {
  const workspace = workspaceOf([
    packageOf({ name: 'a', version: '1.0.0', dependencies: { b: '^0.2.0' } }),
    packageOf({ name: 'b', version: '0.2.0' }),
  ])
  const release = fc.option(fc.nat(), { nil: undefined })
  fc.assert(
    fc.property(
      fc.array(commit, { minLength: 1, maxLength: 30 }),
      release,
      fc.constantFrom(...commitPresetNames),
      fc.constantFrom('commits' as const, 'both' as const),
      (commits, released, preset, sources) => {
        const settings = { sources, commits: { preset, types: {} } }
        const table = tableOf(commits)
        const rows = rowsFrom(table, table.count - 1)
        rows.forEach(sayingReader(table, plainReading(snapshotOf({ settings }).settings)))
        const kept = decodeTable(encodeTable(table)) ?? table
        const at = released === undefined ? undefined : historyOf(kept, rows, {}).commits[released % rows.length]
        const lastRelease: History['lastRelease'] =
          at === undefined ? {} : { a: { commit: at.sha, by: 'tag' as const } }
        const history = historyOf(kept, rows, lastRelease)
        const read = (past: Snapshot['history']) =>
          planRelease(snapshotOf({ workspace, settings, history: past }), (text) => text)
        expect(read(history)).toEqual(read({ ...history }))
      },
    ),
    { numRuns },
  )
})
