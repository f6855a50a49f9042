import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeLosses, type BranchCommits, type MergeTexts } from './merge-loss.ts'
import type { MergeSettings } from './merge-settings.ts'

const piece = fc.constantFrom(
  'feat',
  'fix',
  '(db)',
  '!',
  ': ',
  'x',
  '\n',
  '\n\n',
  '* ',
  'BREAKING CHANGE: ',
  '%{title}',
  '#1',
)
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
const texts: fc.Arbitrary<MergeTexts> = fc.record({
  number: fc.constant(7),
  // One line, and never empty: forges see to that.
  title: text.map((title) => `${title.replaceAll('\n', ' ')}a title`),
  body: text,
  branch: text,
  base: fc.constant('main'),
})
const placeholder = fc.constantFrom(
  '%{title}',
  '%{description}',
  '%{all_commits}',
  '%{first_commit}',
  '%{x}',
  '%{',
  '\n\n',
  'a',
)
const template = fc.array(placeholder, { maxLength: 6 }).map((parts) => parts.join(''))
const settings: fc.Arbitrary<MergeSettings> = fc.record({
  merge: fc.boolean(),
  squash: fc.boolean(),
  rebase: fc.boolean(),
  squashTitle: fc.constantFrom('title', 'commit-or-title'),
  squashMessage: fc.constantFrom('commits', 'body', 'blank'),
  mergeMessage: fc.constantFrom('title', 'body', 'blank'),
  templates: fc.option(fc.record({ squash: template, merge: template }), { nil: undefined }),
})
const breaking = text.map((rest) => `feat!: ${rest.replaceAll('\n', ' ')}x`)
const commits: fc.Arbitrary<BranchCommits> = fc
  .tuple(fc.array(breaking, { maxLength: 3 }), fc.nat(3))
  .map(([messages, more]) => ({
    total: messages.length + more,
    breaking: messages.map((message, index) => ({ commit: String(index).repeat(40), message })),
    reading: { preset: 'conventional', types: {} },
  }))

test('whatever it is given, it names ways that are allowed, or says nothing', () => {
  fc.assert(
    fc.property(settings, texts, commits, (how, said, branch) => {
      const problems = mergeLosses(how, said, branch)
      expect(problems.length).toBeLessThanOrEqual(1)
      for (const problem of problems) {
        if (problem.code !== 'MERGE_LOSES_BREAKING') continue
        expect(problem.methods.length).toBeGreaterThan(0)
        expect(problem.methods.every((method) => how[method])).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

test('ways that keep the commits lose nothing that a commit says', () => {
  fc.assert(
    fc.property(settings, texts, commits, (how, said, branch) => {
      fc.pre(branch.breaking.length > 0)
      const all = { ...how, templates: { squash: '%{title}\n\n%{all_commits}', merge: '' } }
      for (const kept of [{ ...how, squash: false }, all]) expect(mergeLosses(kept, said, branch)).toEqual([])
    }),
    { numRuns: 300 },
  )
})
