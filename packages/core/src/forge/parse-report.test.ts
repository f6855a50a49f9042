import { expect, test } from 'vitest'
import { parseReport } from './parse-report.ts'
import { reportLimits, type PullRequestReport } from './pull-request-report.ts'

const sound: PullRequestReport = {
  schema: 'topsail/pr-report@1',
  head: 'a'.repeat(40),
  base: 'b'.repeat(40),
  branch: 'main',
  compared: 'merged',
  ok: true,
  folder: '',
  comment: true,
  plan: { id: 'sha256-0', rules: 'changesets@3', sources: 'both', releases: 0 },
  releases: [],
  order: [],
  total: { releases: 0, problems: 0, missing: 0 },
  untouched: 0,
  answered: { bumped: 0, declined: 0 },
  changes: [],
  problems: [],
  missing: [],
}

const read = (value: unknown): string => {
  const reading = parseReport(typeof value === 'string' ? value : JSON.stringify(value))
  return reading.ok ? 'sound' : reading.at
}

const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)

test('a report is read, with what a newer Topsail adds to it', () => {
  expect(read(sound)).toBe('sound')
  expect(read({ ...sound, later: { more: [1, 2] } })).toBe('sound')
})

test.each([
  ['', ''],
  ['no JSON', ''],
  ['[]', ''],
  ['null', ''],
  ['['.repeat(200_000), ''],
  [' '.repeat(reportLimits.file + 1), ''],
])('what is no report is refused as a whole (%#)', (text, at) => {
  expect(read(text)).toBe(at)
})

test.each<readonly [string, object]>([
  ['schema', { schema: 'topsail/pr-report@2' }],
  ['head', { head: 'HEAD' }],
  ['head', { head: '--output=x' }],
  ['head', { head: 'A'.repeat(40) }],
  ['branch', { branch: 'x'.repeat(reportLimits.text + 1) }],
  ['folder', { folder: '../up' }],
  ['folder', { folder: '/etc' }],
  ['folder', { folder: 'a//b' }],
  ['plan.releases', { plan: { ...sound.plan, releases: -1 } }],
  ['total.missing', { total: { ...sound.total, missing: 1e99 } }],
  ['missing[0].bump', { missing: [{ name: 'a', bump: 'none', summary: '' }] }],
  ['problems[0].severity', { problems: [{ code: 'X', severity: 'loud' }] }],
  ['releases', { releases: { length: 1 } }],
  ['releases', { releases: Array.from({ length: 20_000 }, () => 0) }],
  ['changes[0]', { changes: [{ kind: 'rumour' }] }],
])('a member that is wrong is named: %s', (at, change) => {
  expect(read({ ...sound, ...change })).toBe(at)
})

test('facts of a problem are bounded in size and depth, whatever they are', () => {
  const problem = (facts: object): string => read({ ...sound, problems: [{ code: 'X', severity: 'error', ...facts }] })
  expect(problem({ names: ['a', 1, null] })).toBe('sound')
  expect(problem({ names: 'x'.repeat(3_000) })).toBe('problems.0.names')
  expect(problem({ names: deep(40) })).toMatch(/^problems\.0\.names/)
  expect(problem({ names: Array.from({ length: 5_000 }, () => 'a') })).toBe('problems.0.names')
})
