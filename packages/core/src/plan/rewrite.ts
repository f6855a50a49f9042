/**
 * Which internal ranges a release rewrites, and to what. The presets named after Changesets write what that generation
 * writes; `topsail` touches a range only when the new version leaves it, keeps its operator and precision, and adds an
 * alternative to `^1 || ^2` instead of replacing it.
 */
import { compareBumps, type Bump } from '../bump.ts'
import type { DependencyUse, Edge } from './graph.ts'
import type { Path, Range, Version } from '../names.ts'
import { effectiveRange, type RangeForm } from './range.ts'
import type { RangeEdit } from '../release-plan.ts'
import type { Settings } from '../settings.ts'
import { holdsEverything, incrementVersion, isPrerelease, parseRange, satisfies } from '../versions.ts'
import { widenRange } from './widen.ts'

/** A release as its dependents' manifests see it. */
export type Arrival = {
  readonly bump: Bump
  /** The version it counted from: in a group the group's highest. */
  readonly base: Version
  readonly to: Version
  readonly dir: Path
}

export type RangeEdits = ReadonlyMap<DependencyUse, RangeEdit>

export type Writing = { readonly settings: Settings; readonly isSnapshot: boolean }

/** By the use they rewrite; dependencies by name, of each in the order of the manifest's sections. */
export function rangeEdits(
  edges: readonly Edge[],
  arrivalOf: (edge: Edge) => Arrival | undefined,
  writing: Writing,
): RangeEdits {
  let edits: Map<DependencyUse, RangeEdit> | undefined
  for (let at = 0; at < edges.length; at += 1) {
    const edge = edges[at]
    const arrival = edge === undefined ? undefined : arrivalOf(edge)
    if (edge === undefined || arrival === undefined) continue
    for (let each = 0; each < edge.uses.length; each += 1) {
      const use = edge.uses[each]
      const to = use === undefined ? undefined : writeRange(use, edge, arrival, writing)
      if (use === undefined || to === undefined || to === use.range) continue
      edits ??= new Map()
      edits.set(use, { field: use.field, dependency: use.key, from: use.range, to })
    }
  }
  return edits ?? none
}

const none: RangeEdits = new Map()

function writeRange(use: DependencyUse, edge: Edge, arrival: Arrival, writing: Writing): Range | undefined {
  if (writing.settings.rules === 'topsail') return writeForTopsail(use, edge, arrival, writing)
  return use.key === edge.dependency.name ? writeAsChangesets(use, arrival, writing) : undefined
}

function writeAsChangesets(use: DependencyUse, arrival: Arrival, { settings, isSnapshot }: Writing): Range | undefined {
  const { form } = use
  if (settings.rules === 'changesets@3' && arrival.bump === 'none') return undefined
  if (form.kind !== 'range' && form.kind !== 'workspace-range') return undefined
  if (form.kind === 'range' && (settings.bumpVersionsWithWorkspaceProtocolOnly || use.range === '')) return undefined
  if (!isDue(use, form.range, arrival, settings)) return undefined
  if (holdsEverything(form.range) && !isPrerelease(arrival.to)) return undefined
  const next: string = isSnapshot ? arrival.to : rangeLike(form.range, arrival, settings)
  return form.kind === 'workspace-range' ? `workspace:${next}` : next
}

/** Left behind, or near enough by the settings to be carried along. */
function isDue(use: DependencyUse, range: string, arrival: Arrival, settings: Settings): boolean {
  if (use.form.kind === 'workspace-range' && settings.everyReleaseRewritesWorkspaceRanges === true) return true
  if (!satisfies(arrival.to, range)) return true
  if (use.field === 'peerDependencies') return !settings.onlyUpdatePeerDependentsWhenOutOfRange
  return compareBumps(arrival.bump, settings.updateInternalDependencies) >= 0
}

function rangeLike(range: string, arrival: Arrival, settings: Settings): Range {
  const bounded = settings.rules === 'changesets@3' ? boundedRange(range, arrival) : undefined
  return bounded ?? `${leadingOperator(range)}${arrival.to}`
}

/** Changesets 3 keeps the shape of one lower and one upper bound, raising the upper one when it is passed. */
function boundedRange(range: string, { to, bump }: Arrival): Range | undefined {
  if (!range.includes('>') || !range.includes('<')) return undefined
  const sets = parseRange(range)?.set ?? []
  const [comparators] = sets
  if (sets.length !== 1 || comparators?.length !== 2) return undefined
  const lower = comparators.find(({ operator }) => operator.startsWith('>'))
  const upper = comparators.find(({ operator }) => operator.startsWith('<'))
  if (lower === undefined || upper === undefined) return undefined
  const bound = satisfies(to, upper.value) ? upper.value : `<${incrementVersion(to, bump)}`
  return comparators[0] === lower ? `>=${to} ${bound}` : `${bound} >=${to}`
}

function leadingOperator(range: string): string {
  for (const operator of ['^', '~', '>=', '<=', '>']) if (range.startsWith(operator)) return operator
  return ''
}

function writeForTopsail(
  use: DependencyUse,
  edge: Edge,
  arrival: Arrival,
  { settings, isSnapshot }: Writing,
): Range | undefined {
  const { form } = use
  if (arrival.bump === 'none' || !use.linked || use.resolved !== form) return undefined
  const range = plainPart(form)
  if (range === undefined || (form.kind === 'range' && settings.bumpVersionsWithWorkspaceProtocolOnly)) return undefined
  const seen = effectiveRange(form, edge.dependency.version ?? arrival.base, edge.dependency.dir)
  if (seen === undefined || satisfies(arrival.to, seen)) return undefined
  const next: string = isSnapshot ? arrival.to : widenRange(range, arrival.to)
  return `${use.range.slice(0, use.range.length - range.length)}${next}`
}

/** The range inside a form that holds one as text; undefined for those that follow the version by themselves. */
function plainPart(form: RangeForm): string | undefined {
  if (form.kind === 'range' || form.kind === 'workspace-range') return form.range
  if (form.kind !== 'alias') return undefined
  return form.workspace && ['*', '^', '~'].includes(form.range) ? undefined : form.range
}
