import {
  makeReport,
  parseReport,
  type PackageCoverage,
  type Problem,
  type PullRequestReport,
  type ReleasePlan,
} from '@topsail/core'
import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { expect, test } from 'vitest'
import { anyPlan, anyText } from '../testing/plans.ts'
import { runs } from '../testing/runs.ts'
import { problemWords } from './problem.ts'
import { pullRequestWords } from './pull-request-words.ts'

const webUrl = 'https://forge.example/acme/shop'

/** As a forge does before it takes out what it does not allow. */
function toHtml(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
}

const allowed = [
  ...['h3', 'p', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'code', 'pre', 'ul', 'ol', 'li'],
  ...['details', 'summary', 'strong', 'br', 'sub', 'a'],
]

function expectOurs(markdown: string): void {
  expect(Buffer.byteLength(markdown)).toBeLessThan(65_536)
  const html = toHtml(markdown)
  for (const [, name] of html.matchAll(/<([a-z!?][a-z0-9]*)/gi)) expect(allowed).toContain(name)
  // Attributes are addresses of the repository, and what tables and lists need.
  for (const [, attributes = ''] of html.matchAll(/<[a-z][a-z0-9]*((?:\s[^>]*)?)>/g)) {
    for (const [, key, value = ''] of attributes.matchAll(/([\w-]+)="([^"]*)"/g)) {
      if (key === 'href') expect(value.startsWith(`${webUrl}/`)).toBe(true)
      else expect(['align', 'start', 'class']).toContain(key)
    }
  }
  const outside = html.replace(/<code[^>]*>[\s\S]*?<\/code>/g, '').replace(/<a href="[^"]*">/g, '')
  expect(outside).not.toMatch(/@|https?:|www\.|\bGH-\d|#\d/)
  // oxlint-disable-next-line no-control-regex
  expect(markdown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/)
}

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
    fc.property(anyReport, anyText, (report, branch) => {
      const { comment, check } = pullRequestWords(report, { kind: 'github', webUrl, branch })
      expect(check.summary).toBe(comment)
      expectOurs(comment ?? '')
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
          expectOurs(pullRequestWords(reading.report, { kind: 'gitlab', webUrl, branch: text }).check.summary)
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
      expectOurs(comment ?? '')
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
