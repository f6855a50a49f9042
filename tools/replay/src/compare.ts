/**
 * A plan against what the release commit wrote: versions, internal ranges, changesets eaten, pre state. Nothing is
 * forgiven here; which differences are known is said elsewhere.
 */
import type { ReleasePlan, Snapshot } from '@topsail/core'
import type { ChangesetsCase, ExpectedPackage } from './corpus.ts'

export type Difference = {
  readonly what: 'version' | 'range' | 'consumed' | 'pre-state'
  readonly name: string
  readonly expected: string
  readonly ours: string
}

export function comparePlan(plan: ReleasePlan, snapshot: Snapshot, recorded: ChangesetsCase): readonly Difference[] {
  return [
    ...versionDifferences(plan, snapshot, recorded),
    ...rangeDifferences(plan, snapshot, recorded),
    ...consumedDifferences(plan, recorded),
    ...preStateDifferences(plan, recorded),
  ]
}

function versionDifferences(plan: ReleasePlan, snapshot: Snapshot, { expected }: ChangesetsCase): Difference[] {
  const ours = new Map(plan.releases.map(({ name, to }) => [name, to]))
  const differences: Difference[] = []
  for (const { name, version = '' } of snapshot.workspace.packages) {
    const wanted = expectedOf(name, expected.packages)?.version ?? version
    const got = ours.get(name) ?? version
    if (wanted !== got) differences.push({ what: 'version', name, expected: wanted, ours: got })
  }
  return differences
}

/** `ranges` lists the internal ranges as they stand afterwards, of packages whose manifest changed. */
function rangeDifferences(plan: ReleasePlan, snapshot: Snapshot, { expected }: ChangesetsCase): Difference[] {
  const edits = new Map<string, string>()
  for (const { name, rangeEdits } of [...plan.releases, ...plan.rewrites]) {
    for (const { field, dependency, to } of rangeEdits) edits.set(`${name} ${field} ${dependency}`, to)
  }
  const differences: Difference[] = []
  for (const pkg of snapshot.workspace.packages) {
    const recorded = expectedOf(pkg.name, expected.packages)
    for (const [field, dependency, before] of internalRanges(pkg.manifest, snapshot)) {
      const wanted = recorded === undefined ? before : (recorded.ranges?.[field]?.[dependency] ?? before)
      const got = edits.get(`${pkg.name} ${field} ${dependency}`) ?? before
      if (wanted !== got) {
        differences.push({ what: 'range', name: `${pkg.name} ${field} ${dependency}`, expected: wanted, ours: got })
      }
    }
  }
  return differences
}

function* internalRanges(
  manifest: Readonly<Record<string, unknown>>,
  snapshot: Snapshot,
): Generator<readonly [string, string, string]> {
  const names = new Set(snapshot.workspace.packages.map(({ name }) => name))
  for (const field of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']) {
    for (const [dependency, range] of Object.entries(manifest[field] ?? {})) {
      if (names.has(dependency) && typeof range === 'string') yield [field, dependency, range]
    }
  }
}

/** The generations keep pre mode apart, so that what becomes of the files only compares within one of them. */
function isOfSameGeneration(plan: ReleasePlan, { assembleVersion, files }: ChangesetsCase): boolean {
  if (files['.changeset/pre.json'] === undefined) return true
  return Number.parseInt(assembleVersion, 10) >= 7 === (plan.rules !== 'changesets@2')
}

function consumedDifferences(plan: ReleasePlan, recorded: ChangesetsCase): Difference[] {
  if (!isOfSameGeneration(plan, recorded)) return []
  const ours = new Set([...plan.consumed.map(({ file }) => file), ...notedInPre(plan, recorded)])
  const wanted = new Set(recorded.expected.consumed)
  return [
    ...[...wanted].filter((file) => !ours.has(file)).map((file) => difference('consumed', file, 'eaten', 'left')),
    ...[...ours].filter((file) => !wanted.has(file)).map((file) => difference('consumed', file, 'left', 'eaten')),
  ]
}

/** Changesets 2 leaves used files where they are and notes them in `pre.json`. */
function notedInPre(plan: ReleasePlan, { files }: ChangesetsCase): readonly string[] {
  if (typeof plan.preState !== 'string') return []
  const before: { changesets?: string[] } = JSON.parse(files['.changeset/pre.json'] ?? '{}')
  const after: { changesets?: string[] } = JSON.parse(plan.preState)
  const known = new Set(before.changesets)
  return (after.changesets ?? []).filter((id) => !known.has(id)).map((id) => `.changeset/${id}.md`)
}

function preStateDifferences(plan: ReleasePlan, recorded: ChangesetsCase): Difference[] {
  const { files, preAfter } = recorded
  const before = files['.changeset/pre.json']
  if (before === undefined || !isOfSameGeneration(plan, recorded)) return []
  const ours = plan.preState === undefined ? before : (plan.preState ?? '')
  return sameJson(ours, preAfter ?? '') ? [] : [difference('pre-state', '.changeset/pre.json', preAfter ?? '', ours)]
}

function sameJson(a: string, b: string): boolean {
  if (a === b) return true
  return a !== '' && b !== '' && JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b))
}

function difference(what: Difference['what'], name: string, expected: string, ours: string): Difference {
  return { what, name, expected, ours }
}

function expectedOf(name: string, packages: Readonly<Record<string, ExpectedPackage>>): ExpectedPackage | undefined {
  return Object.hasOwn(packages, name) ? packages[name] : undefined
}
