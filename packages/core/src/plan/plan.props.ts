import fc from 'fast-check'
import semver from 'semver'
import { describe, expect, test } from 'vitest'
import { compareBumps, highestBump, type Bump } from '../bump.ts'
import { withBurned } from './burned.ts'
import { planRelease } from './plan.ts'
import type { Reason, Release, ReleasePlan } from '../release-plan.ts'
import { rulesNames, type RulesName } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'
import { randomSnapshot } from '../testing/arbitraries.ts'
import { changesetFile, packageOf } from '../testing/build.ts'
import type { DependencyField, Manifest, Package } from '../workspace.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 150)

function holds(
  rules: RulesName,
  property: (snapshot: Snapshot) => void,
  options: { readonly isSound?: boolean; readonly isPlain?: boolean } = {},
): void {
  const snapshots = randomSnapshot({ rules, isSound: false, ...options })
  fc.assert(fc.property(snapshots, property), { numRuns })
}

describe.each(rulesNames)('every plan under %s', (rules) => {
  test('does not depend on the order of its inputs', () => {
    fc.assert(
      fc.property(randomSnapshot({ rules, isSound: false }), fc.infiniteStream(fc.nat()), (snapshot, numbers) => {
        const shuffled = shuffle(snapshot, numbers)
        expect(planRelease(shuffled, String).releases).toEqual(planRelease(snapshot, String).releases)
        expect(planRelease(shuffled, String).order).toEqual(planRelease(snapshot, String).order)
      }),
      { numRuns },
    )
  })

  test('never lowers a bump when a change is added', () => {
    fc.assert(
      fc.property(
        randomSnapshot({ rules, isSound: false, isPlain: true }),
        fc.nat(),
        fc.constantFrom('patch', 'minor', 'major'),
        (snapshot, index, bump) => {
          // At the exit Changesets 2 releases ignored packages, but only those that nothing else brings into the plan.
          fc.pre(rules !== 'changesets@2' || snapshot.pre?.mode !== 'exit')
          const { packages } = snapshot.workspace
          const name = packages[index % packages.length]?.name ?? ''
          const added = changesetFile('zz-added', { [name]: bump })
          const after = bumpsOf(planRelease({ ...snapshot, changesets: [...snapshot.changesets, added] }, String))
          for (const [released, before] of bumpsOf(planRelease(snapshot, String))) {
            expect(compareBumps(after.get(released) ?? 'none', before)).toBeGreaterThanOrEqual(0)
          }
        },
      ),
      { numRuns },
    )
  })

  test('gives no package more than one of its reasons asks for', () =>
    holds(rules, (snapshot) => {
      const plan = planRelease(snapshot, String)
      const bumps = bumpsOf(plan)
      for (const release of plan.releases) {
        const asked = release.reasons.map((reason) => demandOf(reason, release, bumps))
        expect(asked.reduce(highestBump, 'none')).toBe(release.bump)
      }
    }))

  test('leads every release back to a change, a pre exit or an override', () =>
    holds(rules, (snapshot) => {
      const { releases } = planRelease(snapshot, String)
      const grounded = new Set<string>()
      for (let before = -1; before < grounded.size;) {
        before = grounded.size
        for (const { name, reasons } of releases) {
          const causes = reasons.filter(({ kind }) => !['zero-major', 'capped', 'burned'].includes(kind)).map(cause)
          if (causes.some((by) => by === undefined || grounded.has(by))) grounded.add(name)
        }
      }
      expect([...grounded].toSorted()).toEqual(releases.map(({ name }) => name))
    }))

  test('states only reasons that are true', () =>
    holds(rules, (snapshot) => {
      const plan = planRelease(snapshot, String)
      for (const release of plan.releases) {
        for (const reason of release.reasons)
          expect(isTrue(reason, release, plan, snapshot), JSON.stringify(reason)).toBe(true)
      }
    }))

  test('never gives a burned version, keeps fixed groups together, and says what it skipped', () =>
    holds(rules, (snapshot) => {
      let burning = snapshot
      let plan = planRelease(snapshot, String)
      // Every second release of each plan is taken back, and planned anew.
      for (let round = 0; round < 3; round += 1) {
        const rolledBack = plan.releases.filter((_, index) => index % 2 === round % 2)
        burning = {
          ...burning,
          burned: withBurned(
            burning.burned ?? {},
            rolledBack.map(({ name, to }) => ({ name, version: to })),
          ),
        }
        const before = plan
        plan = planRelease(burning, String)
        for (const release of plan.releases) {
          expect(burning.burned?.[release.name] ?? []).not.toContain(release.to)
          const burned = release.reasons.filter(({ kind }) => kind === 'burned')
          for (const reason of burned) expect(isTrue(reason, release, plan, burning), JSON.stringify(reason)).toBe(true)
          const was = before.releases.find(({ name }) => name === release.name)
          if (rolledBack.some(({ name }) => name === release.name) && was?.from === release.from) {
            expect(semver.gt(release.to, was.to)).toBe(true)
            // What a dependency skips can ask for a larger bump here, which leads past the burned version by itself.
            if (release.bump === was.bump) expect(burned).not.toEqual([])
          }
        }
      }
      if (plan.releases.length > 0 && burning.burned !== undefined)
        expect(plan.id).not.toBe(planRelease(snapshot, String).id)
      expect(planRelease({ ...snapshot, burned: {} }, String).releases).toEqual(planRelease(snapshot, String).releases)
    }))

  test('finds nothing more to release once it is applied', () =>
    holds(
      rules,
      (snapshot) => {
        const plan = planRelease(snapshot, String)
        expect(planRelease(applied(plan, snapshot), String).releases).toEqual([])
      },
      { isSound: true },
    ))

  test('puts no package before one it needs', () =>
    holds(rules, (snapshot) => {
      const plan = planRelease(snapshot, String)
      const cyclic = new Set(plan.problems.flatMap((p) => (p.code === 'CYCLE_IN_PUBLISH_ORDER' ? p.cycle : [])))
      const wave = new Map(plan.order.flatMap((names, index) => names.map((name) => [name, index] as const)))
      expect([...wave.keys()].toSorted()).toEqual(plan.releases.map(({ name }) => name))
      for (const { name, needs } of plan.releases) {
        for (const need of needs) {
          const isTogether = cyclic.has(name) && cyclic.has(need)
          if (!isTogether) expect(wave.get(need)).toBeLessThan(wave.get(name) ?? 0)
        }
      }
    }))
})

test('under topsail no dependent is left with a range that its dependency has left', () =>
  holds('topsail', (snapshot) => {
    const plan = planRelease(snapshot, String)
    const after = applied(plan, snapshot).workspace.packages
    const before = new Map(snapshot.workspace.packages.map((pkg) => [pkg.name, pkg]))
    for (const pkg of after) {
      for (const [field, name, range] of plainRanges(pkg.manifest)) {
        const was = before.get(pkg.name)?.manifest[field]?.[name] ?? ''
        const dependency = before.get(name)
        const now = after.find((other) => other.name === name)
        if (dependency?.version === undefined || now?.version === undefined) continue
        if (snapshot.settings.bumpVersionsWithWorkspaceProtocolOnly) continue
        if (semver.satisfies(dependency.version, was)) expect(semver.satisfies(now.version, range)).toBe(true)
      }
    }
  }))

function bumpsOf(plan: ReleasePlan): ReadonlyMap<string, Bump> {
  return new Map(plan.releases.map(({ name, bump }) => [name, bump]))
}

function demandOf(reason: Reason, release: Release, bumps: ReadonlyMap<string, Bump>): Bump {
  if (reason.kind === 'change') return reason.bump
  if (reason.kind === 'out-of-range' || reason.kind === 'always') return reason.bump ?? 'none'
  if (reason.kind === 'pre-exit') return 'patch'
  // A group gives what its leader has; the leader of the version may be a member that stays.
  return 'leader' in reason ? (bumps.get(reason.leader) ?? 'none') : release.bump
}

function cause(reason: Reason): string | undefined {
  if ('dependency' in reason) return reason.dependency
  return 'leader' in reason ? reason.leader : undefined
}

function isTrue(reason: Reason, release: Release, plan: ReleasePlan, snapshot: Snapshot): boolean {
  const { settings, workspace } = snapshot
  const find = (name: string): Package | undefined => workspace.packages.find((pkg) => pkg.name === name)
  switch (reason.kind) {
    case 'change': {
      const change = plan.changes.find(({ id }) => id === reason.change)
      return release.changes.includes(reason.change) && change?.bumps[release.name] === reason.bump
    }
    case 'out-of-range':
    case 'always': {
      const dependency = plan.releases.find(({ name }) => name === reason.dependency)
      const isWritten = find(release.name)?.manifest[reason.field]?.[reason.dependency] === reason.range
      const answers = meaningsOf(reason.range, reason.dependency, snapshot).map((range) =>
        semver.satisfies(reason.next, range),
      )
      const isNow = dependency?.to === reason.next || reason.superseded === true
      if (reason.kind === 'out-of-range') return isWritten && isNow && answers.includes(false)
      const isPeer = reason.field === 'peerDependencies' && dependency?.bump !== 'patch'
      return isWritten && isNow && answers.includes(true) && (settings.updateInternalDependents === 'always' || isPeer)
    }
    case 'fixed-group':
    case 'linked-group': {
      const groups = reason.kind === 'fixed-group' ? settings.fixed : settings.linked
      const isGroup = groups.some((group) => group.toSorted().join() === reason.group.join())
      return isGroup && reason.group.includes(release.name) && reason.group.includes(reason.leader)
    }
    case 'pre-exit':
      return snapshot.pre?.mode === 'exit' && reason.from === release.from
    case 'burned':
      return (snapshot.burned?.[reason.of] ?? []).includes(reason.version) && semver.gt(release.to, reason.version)
    default:
      return false
  }
}

/** What a range may stand for, read anew: a group counts from its highest version, until it moves a member from its own. */
function meaningsOf(range: string, name: string, { workspace, settings }: Snapshot): readonly string[] {
  const pkg = workspace.packages.find((other) => other.name === name)
  const group = [...settings.fixed, ...settings.linked].find((names) => names.includes(name)) ?? []
  const versions = workspace.packages
    .filter((other) => group.includes(other.name))
    .flatMap(({ version }) => version ?? [])
  return [pkg?.version, ...versions.toSorted(semver.compare).slice(-1)].flatMap((base) => {
    if (base === undefined) return []
    if (range === 'workspace:*' || range.replace(/^workspace:(\.\/)?/, '') === pkg?.dir) return base
    if (range === 'workspace:^' || range === 'workspace:~') return `${range.slice('workspace:'.length)}${base}`
    const plain = range.replace(/^workspace:/, '')
    // Changesets takes a text that it does not understand for a range that nothing satisfies.
    return settings.rules === 'topsail' ? plain.replace(/^npm:.*@/, '') : plain
  })
}

function applied(plan: ReleasePlan, snapshot: Snapshot): Snapshot {
  const versions = new Map(plan.releases.map(({ name, to }) => [name, to]))
  const edits = new Map([...plan.releases, ...plan.rewrites].map(({ name, rangeEdits }) => [name, rangeEdits]))
  const packages = snapshot.workspace.packages.map((pkg) => {
    const manifest: Record<string, unknown> = structuredClone(pkg.manifest)
    const version = versions.get(pkg.name)
    if (version !== undefined) manifest['version'] = version
    for (const { field, dependency, to } of edits.get(pkg.name) ?? []) {
      manifest[field] = { ...(manifest[field] as object), [dependency]: to }
    }
    return packageOf(manifest as Manifest, pkg.dir)
  })
  const moved = new Map(plan.consumed.map(({ file, movedTo }) => [file, movedTo]))
  const changesets = snapshot.changesets.flatMap((file) => {
    if (!moved.has(file.path)) return file
    const path = moved.get(file.path)
    return path === undefined ? [] : { ...file, path, id: path.slice('.changeset/'.length, -'.md'.length) }
  })
  const pre =
    plan.preState === undefined ? snapshot.pre : plan.preState === null ? undefined : JSON.parse(plan.preState)
  return { ...snapshot, workspace: { ...snapshot.workspace, packages }, changesets, pre }
}

function* plainRanges(manifest: Manifest): Generator<readonly [DependencyField, string, string]> {
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies'] as const) {
    for (const [name, range] of Object.entries(manifest[field] ?? {})) {
      if (!range.includes(':') && semver.validRange(range) !== null) yield [field, name, range]
    }
  }
}

function shuffle(snapshot: Snapshot, numbers: fc.Stream<number>): Snapshot {
  const order = <Item>(items: readonly Item[]): Item[] =>
    items
      .map((item) => ({ item, key: numbers.next().value ?? 0 }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ item }) => item)
  const { workspace, changesets } = snapshot
  return {
    ...snapshot,
    workspace: { ...workspace, packages: order(workspace.packages) },
    changesets: order(changesets),
  }
}
