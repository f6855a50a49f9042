/**
 * What a release asks of a dependent, as tables: kind of edge x how the dependency's new version relates to the range
 * -> bump of the dependent. An empty cell leaves the dependent alone; `none` puts it into the plan only to have its
 * range rewritten. Tables never ask less for a bigger release, which is what makes the fixpoint monotone.
 */
import { compareBumps, highestBump, type Bump } from '../bump.ts'
import type { Package, DependencyField } from '../workspace.ts'
import type { CascadeTable, CommitPresetName, RangeRelation, Settings } from '../settings.ts'

type Row = { readonly [relation in RangeRelation]?: Bump }
type Tables = { readonly [field in DependencyField]: Row }

const patchWhenOut: Row = { 'out-by-patch': 'patch', 'out-by-minor': 'patch', 'out-by-major': 'patch' }
const rewriteWhenOut: Row = { 'out-by-patch': 'none', 'out-by-minor': 'none', 'out-by-major': 'none' }
const patchAlways: Row = { 'in-range': 'patch', ...patchWhenOut }

const changesets3: Tables = {
  dependencies: patchWhenOut,
  optionalDependencies: patchWhenOut,
  peerDependencies: patchWhenOut,
  devDependencies: rewriteWhenOut,
}

const changesets2: Tables = {
  ...changesets3,
  peerDependencies: {
    'in-by-minor': 'major',
    'in-by-major': 'major',
    'out-by-patch': 'patch',
    'out-by-minor': 'major',
    'out-by-major': 'major',
  },
}

const changesets2OutOfRangeOnly: Tables = {
  ...changesets3,
  peerDependencies: { 'out-by-patch': 'patch', 'out-by-minor': 'major', 'out-by-major': 'major' },
}

const topsail: Tables = {
  ...changesets3,
  peerDependencies: {
    'out-by-prerelease': 'patch',
    'out-by-patch': 'minor',
    'out-by-minor': 'minor',
    'out-by-major': 'major',
  },
}

/** Dependents of tools that release from commits: patched whatever the range says, by the edges each tool knows. */
const lerna: Tables = {
  dependencies: patchAlways,
  devDependencies: patchAlways,
  optionalDependencies: patchAlways,
  peerDependencies: {},
}
const nx: Tables = { ...lerna, peerDependencies: patchAlways }
const commitTables: { readonly [preset in CommitPresetName]: Tables | undefined } = {
  conventional: undefined,
  lerna,
  'release-please': lerna,
  nx,
  'nx@21': nx,
}

/** The bump an edge gives; undefined when it asks for nothing. */
export type Cascade = (dependent: Package, field: DependencyField, relation: RangeRelation) => Bump | undefined

export function cascadeOf(settings: Settings): Cascade {
  const byCommits = settings.sources === 'commits' ? commitTables[settings.commits.preset] : undefined
  const base = byCommits ?? tablesOf(settings)
  // A table of those tools says by itself whom they release always: peers they do not.
  const always = byCommits === undefined && settings.updateInternalDependents === 'always'
  const isPlain = Object.keys(settings.cascade).length === 0 && !always
  return (dependent, field, relation) => {
    if (isPlain) return cell(base[field], relation)
    const own = Object.hasOwn(settings.cascade, dependent.name) ? settings.cascade[dependent.name] : undefined
    const isInRange = relation.startsWith('in-')
    const wanted = cell(own?.[field], relation)
    // A range that still holds needs no rewriting, so that `none` leaves the dependent alone.
    if (wanted !== undefined) return isInRange && wanted === 'none' ? undefined : wanted
    const asked = cell(base[field], relation)
    if (!always || !isInRange) return asked
    return highestOf(asked, field === 'devDependencies' ? 'none' : 'patch')
  }
}

function tablesOf(settings: Settings): Tables {
  if (settings.rules === 'topsail') return topsail
  if (settings.rules === 'changesets@3' || settings.peersAsChangesets3 === true) return changesets3
  return settings.onlyUpdatePeerDependentsWhenOutOfRange ? changesets2OutOfRangeOnly : changesets2
}

/** `in-range` stands for all three `in-by-…`; a table without `out-by-prerelease` means `out-by-patch` by it. */
function cell(row: CascadeTable[DependencyField], relation: RangeRelation): Bump | undefined {
  if (row === undefined) return undefined
  if (relation.startsWith('in-by-')) return row[relation] ?? row['in-range']
  return row[relation] ?? (relation === 'out-by-prerelease' ? row['out-by-patch'] : undefined)
}

function highestOf(a: Bump | undefined, b: Bump): Bump {
  return a === undefined ? b : highestBump(a, b)
}

export function relationOf(bump: Bump, inRange: boolean): RangeRelation {
  const by = compareBumps(bump, 'patch') <= 0 ? 'patch' : bump === 'minor' ? 'minor' : 'major'
  return inRange ? `in-by-${by}` : `out-by-${by}`
}
