import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chainOf, explainRelease } from './explain.ts'
import { planRelease } from '../plan/plan.ts'
import type { ReleasePlan } from '../release-plan.ts'
import { cheapestEdits } from './shrink-cascade.ts'
import type { Settings } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'
import { changesetFile, packageOf, snapshotOf, workspaceOf } from '../testing/build.ts'
import { whatIf } from './what-if.ts'
import { withRange } from '../plan/widen-edge.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 120)
const hash = (text: string) => String(text.length)

const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const
type EdgeDraw = { readonly from: number; readonly to: number; readonly field: string; readonly range: string }

const edges: fc.Arbitrary<readonly EdgeDraw[]> = fc.uniqueArray(
  fc.record({
    from: fc.nat({ max: 5 }),
    to: fc.nat({ max: 5 }),
    field: fc.constantFrom('dependencies', 'dependencies', 'peerDependencies', 'devDependencies'),
    range: fc.constantFrom('^1.0.0', '1.0.0', '~1.0.0', 'workspace:*', 'workspace:^', 'workspace:~1.0.0'),
  }),
  { minLength: 1, maxLength: 9, selector: ({ from, to }) => `${from} ${to}` },
)
const bumpsOf = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('patch', 'minor', 'major'), {
  minKeys: 1,
})
const groups = fc.option(fc.uniqueArray(fc.constantFrom(...names), { minLength: 2, maxLength: 3 }), { nil: undefined })

function snapshots(rules: fc.Arbitrary<Settings['rules']>, linked: boolean): fc.Arbitrary<Snapshot> {
  return fc.tuple(edges, bumpsOf, groups, rules, fc.boolean()).map(([drawn, bumps, group, name, isFixed]) => {
    const packages = names.map((pkg, index) => {
      const sections: Record<string, Record<string, string>> = {}
      for (const { from, to, field, range } of drawn) {
        if (from === index && to !== index) sections[field] = { ...sections[field], [names[to] ?? '']: range }
      }
      return packageOf({ name: pkg, version: '1.0.0', ...sections })
    })
    const grouped =
      group === undefined || (!isFixed && !linked) ? {} : isFixed ? { fixed: [group] } : { linked: [group] }
    return snapshotOf({
      workspace: workspaceOf(packages),
      changesets: [changesetFile('cats', bumps)],
      settings: { rules: name, ...grouped },
    })
  })
}

const allRules = fc.constantFrom<Settings['rules']>('changesets@3', 'changesets@2', 'topsail')

test('every explanation ends in a change', () => {
  fc.assert(
    fc.property(snapshots(allRules, true), (snapshot) => {
      const plan = planRelease(snapshot, hash)
      for (const { name } of plan.releases) {
        const explanation = explainRelease(plan, snapshot, name)
        if (explanation.kind !== 'released') throw new Error(`${name} is released`)
        expect(chainOf(explanation).at(-1)?.kind).toBe('change')
      }
    }),
    { numRuns },
  )
})

test('a what-if without edits changes nothing', () => {
  fc.assert(
    fc.property(snapshots(allRules, true), (snapshot) => {
      const { before, after, difference } = whatIf(snapshot, hash, [])
      expect(after).toEqual(before)
      expect(difference.releases).toEqual([])
    }),
    { numRuns: Math.ceil(numRuns / 4) },
  )
})

test('what is suggested really makes the cascade smaller, by exactly what it says', () => {
  fc.assert(
    fc.property(snapshots(allRules, true), (snapshot) => {
      const { after, cheaper } = whatIf(snapshot, hash, [])
      for (const { edits, avoids } of cheaper) {
        expect(avoids.length).toBeGreaterThan(0)
        expect(missing(after, planned(snapshot, edits))).toEqual(avoids)
      }
    }),
    { numRuns },
  )
})

test('no smaller set of the same kind of edits keeps a package out', () => {
  fc.assert(
    fc.property(snapshots(fc.constant('changesets@3'), false), (snapshot) => {
      const plan = planRelease(snapshot, hash)
      const possible = allEdits(snapshot, plan)
      for (const { name, reasons } of plan.releases) {
        if (reasons.some(({ kind }) => kind === 'change')) continue
        const found = cheapestEdits(snapshot, plan, hash, name)?.edits.length
        const least = subsetsBySize(possible).find((edits) => missing(plan, planned(snapshot, edits)).includes(name))
        expect(found).toBe(least?.length)
      }
    }),
    { numRuns: Math.ceil(numRuns / 2) },
  )
})

type Edit = { readonly dependent: string; readonly dependency: string; readonly field: string; readonly to: string }

function planned(snapshot: Snapshot, edits: readonly Edit[]): ReleasePlan {
  let edited = snapshot
  for (const { dependent, dependency, to } of edits) {
    edited = withRange(edited, { dependent, dependency, range: to }) ?? edited
  }
  return planRelease(edited, hash)
}

function missing(plan: ReleasePlan, other: ReleasePlan): readonly string[] {
  const still = new Set(other.releases.map(({ name }) => name))
  return plan.releases.map(({ name }) => name).filter((name) => !still.has(name))
}

/** Every edge of the workspace widened to hold whatever may come. */
function allEdits(snapshot: Snapshot, plan: ReleasePlan): readonly Edit[] {
  const released = new Set(plan.releases.map(({ name }) => name))
  return snapshot.workspace.packages.flatMap((pkg) =>
    (['dependencies', 'peerDependencies'] as const).flatMap((field) =>
      Object.keys(pkg.manifest[field] ?? {})
        .filter((dependency) => released.has(dependency))
        .map((dependency) => ({ dependent: pkg.name, dependency, field, to: '>=1.0.0' })),
    ),
  )
}

function subsetsBySize(edits: readonly Edit[]): readonly (readonly Edit[])[] {
  const subsets = Array.from({ length: 2 ** edits.length }, (_, bits) =>
    edits.filter((_edit, index) => ((bits >> index) & 1) === 1),
  )
  return subsets.toSorted((a, b) => a.length - b.length)
}
