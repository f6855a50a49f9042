import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planDocumentText } from './plan-document-text.ts'
import { toPlanDocument } from './plan-document.ts'
import { planInputs } from './plan-inputs.ts'
import { planRelease } from './plan.ts'
import type { CommitChange } from '../change.ts'
import type { ReleasePlan } from '../release-plan.ts'
import { rulesNames } from '../settings.ts'
import { randomSnapshot } from '../testing/arbitraries.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 60)

test.each(rulesNames)('the text of a plan under %s is the JSON of its document', (rules) => {
  fc.assert(
    fc.property(randomSnapshot({ rules, isSound: false }), (snapshot) => {
      const plan = planRelease(snapshot, String)
      const inputs = planInputs(snapshot, String)
      expect(planDocumentText(plan, inputs)).toBe(`${JSON.stringify(toPlanDocument(plan, inputs), undefined, 2)}\n`)
    }),
    { numRuns },
  )
})

test('hostile texts, names that are numbers and keys nobody knows are written as JSON writes them', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', '10', '9', '', '"', '\\', '\u2028', '\ud800', 'a\nb'),
  )
  const bumps = fc.dictionary(text, fc.constantFrom('patch', 'minor', 'major'))
  const commit = fc.record(
    {
      id: text,
      commit: text,
      type: text,
      scope: fc.option(text, { nil: undefined }),
      breaking: fc.boolean(),
      summary: text,
      bumps,
      odd: text,
    },
    { requiredKeys: ['id', 'commit', 'type', 'scope', 'breaking', 'summary', 'bumps'] },
  )
  fc.assert(
    fc.property(fc.array(commit), fc.array(text), bumps, text, (commits, texts, ranges, name) => {
      const plan: ReleasePlan = {
        id: name,
        commit: undefined,
        rules: 'topsail',
        sources: 'both',
        releases: [
          {
            name,
            dir: name,
            from: '1.0.0',
            to: name,
            bump: 'patch',
            private: true,
            targets: texts,
            needs: texts,
            changes: texts,
            dependencies: ranges,
            rangeEdits: [{ field: 'dependencies', dependency: name, from: name, to: name }],
            reasons: [
              { kind: 'first-release' },
              ...texts.map((change) => ({ kind: 'change', change, bump: 'patch' }) as const),
            ],
          },
        ],
        rewrites: [],
        changes: commits.map((facts): CommitChange => ({ kind: 'commit', ...facts })),
        consumed: [],
        preState: name,
        order: [texts],
        problems: [],
      }
      expect(planDocumentText(plan)).toBe(`${JSON.stringify(toPlanDocument(plan), undefined, 2)}\n`)
    }),
    { numRuns },
  )
})
