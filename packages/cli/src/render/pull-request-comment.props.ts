import {
  makeReport,
  parseReport,
  type PackageCoverage,
  type Problem,
  type PullRequestReport,
  type ReleasePlan,
} from '@topsail/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectOurs } from '../testing/forge-html.ts'
import { anyPlan, anyText } from '../testing/plans.ts'
import { runs } from '../testing/runs.ts'
import { problemWords } from './problem.ts'
import { pullRequestWords } from './pull-request-words.ts'

const webUrl = 'https://forge.example/acme/shop'

/** An example of any code, with other text in its texts. */
const anyProblem: fc.Arbitrary<Problem> = fc
  .tuple(fc.constantFrom(...Object.keys(problemWords)), fc.array(anyText, { minLength: 8, maxLength: 8 }))
  .map(([code, texts]) => {
    let at = 0
    const other = (value: unknown): unknown => {
      if (typeof value === 'string') return texts[at++ % texts.length]
      if (Array.isArray(value)) return value.map(other)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, other(item)]))
    }
    const { example } = problemWords[code as keyof typeof problemWords]
    return {
      ...(other(example) as object),
      code,
      severity: example.severity,
      place: { file: texts[0], line: 3 },
    } as Problem
  })

const anyPackage: fc.Arbitrary<PackageCoverage> = anyText.map((name) => ({
  name,
  dir: name,
  state: { kind: 'uncovered', proposed: 'patch' },
  files: [name],
  catalogEdits: [],
}))

function reportOf(before: ReleasePlan, after: ReleasePlan, more: Partial<Parameters<typeof makeReport>[0]> = {}) {
  return makeReport({
    head: 'a'.repeat(40),
    base: 'b'.repeat(40),
    branch: 'main',
    compared: 'merged',
    ok: true,
    folder: '',
    comment: true,
    before,
    after,
    packages: [],
    problems: [],
    summaryOf: ({ name }) => name,
    ...more,
  })
}

const anyReport: fc.Arbitrary<PullRequestReport> = fc
  .record({
    before: anyPlan(6),
    after: anyPlan(8),
    packages: fc.array(anyPackage, { maxLength: 5 }),
    problems: fc.array(anyProblem, { maxLength: 6 }),
    ok: fc.boolean(),
    branch: anyText,
  })
  .map(({ before, after, ...more }) => reportOf(before, after, more))

test('whatever a repository holds, the comment has our elements and our links only, and fits', () => {
  fc.assert(
    fc.property(anyReport, anyText, fc.constantFrom('github' as const, 'gitlab' as const), (report, branch, kind) => {
      const { comment, check } = pullRequestWords(report, { kind, webUrl, branch })
      expect(check.summary).toBe(comment)
      expectOurs(comment ?? '', webUrl)
    }),
    runs(60),
  )
})

test('a report is read back as it was written, and gives the same words', () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const reading = parseReport(JSON.stringify(report))
      expect(reading.ok ? [] : [reading]).toEqual([])
      if (reading.ok) expect(pullRequestWords(reading.report, undefined)).toEqual(pullRequestWords(report, undefined))
    }),
    runs(80),
  )
})

test('a report that anybody has changed anywhere is refused, or gives a comment that is ours', () => {
  fc.assert(
    fc.property(
      anyReport,
      fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
      fc.jsonValue(),
      anyText,
      (report, at, json, text) => {
        const changed: unknown = JSON.parse(JSON.stringify(report))
        putSomewhere(changed, at, at[0] === undefined || at[0] % 2 === 0 ? json : text)
        const reading = parseReport(JSON.stringify(changed))
        if (reading.ok)
          expectOurs(pullRequestWords(reading.report, { kind: 'gitlab', webUrl, branch: text }).check.summary, webUrl)
      },
    ),
    runs(120),
  )
})

test('hundreds and thousands of packages fit', () => {
  const many = (count: number): ReleasePlan => {
    const [some] = fc.sample(anyPlan(3), { numRuns: 1, seed: 7 })
    const names = Array.from({ length: count }, (_, index) => `@${'a-long-scope-name'.repeat(3)}/package-${index}`)
    const releases = names.map((name, index) => ({
      name,
      dir: name,
      from: '1.0.0',
      to: '1.0.1',
      bump: 'patch' as const,
      private: false,
      targets: [],
      needs: [],
      changes: index % 2 === 0 ? ['changeset:one'] : [],
      dependencies: {},
      rangeEdits: [],
      reasons: [{ kind: 'change', change: 'changeset:one', bump: 'patch' }] as const,
    }))
    const one = {
      kind: 'changeset',
      id: 'changeset:one',
      file: 'x.md',
      summary: 'é'.repeat(400),
      bumps: {},
      commit: undefined,
    } as const
    return { ...(some as ReleasePlan), releases, changes: [one], order: [names] }
  }
  const nothing = { ...many(0), changes: [] }
  for (const count of [1, 20, 400, 5_000]) {
    const packages = many(count).releases.map(({ name, dir }): PackageCoverage => ({
      name,
      dir,
      state: { kind: 'uncovered', proposed: 'minor' },
      files: [dir],
      catalogEdits: [],
    }))
    for (const ok of [true, false]) {
      const report = reportOf(nothing, many(count), ok ? {} : { ok, packages })
      const { comment } = pullRequestWords(report, { kind: 'github', webUrl, branch: 'more' })
      expectOurs(comment ?? '', webUrl)
      // A person sees what it is about at once, however many there are.
      expect((comment ?? '').split('\n').filter((line) => line.startsWith('| `')).length).toBeGreaterThanOrEqual(
        Math.min(count, 20),
      )
    }
  }
})

/** Walks down by the numbers given and replaces what it comes to. */
function putSomewhere(value: unknown, steps: readonly number[], replacement: unknown): void {
  let here = value
  for (const [depth, step] of steps.entries()) {
    if (typeof here !== 'object' || here === null) return
    const keys = Object.keys(here)
    const key = keys[step % Math.max(1, keys.length)]
    if (key === undefined) return
    const record = here as Record<string, unknown>
    const next = record[key]
    if (depth === steps.length - 1 || typeof next !== 'object' || next === null || step % 5 === 0) {
      record[key] = replacement
      return
    }
    here = next
  }
}
