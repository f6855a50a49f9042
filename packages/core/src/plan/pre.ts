/**
 * Prerelease mode of both generations. Changesets 2 keeps the used changesets and the first versions in `pre.json`;
 * Changesets 3 moves used files to `.changeset/pre/` and keeps only mode and tag. Files of one generation met under the
 * rules of the other count as used just the same.
 */
import type { Admitted } from './admit.ts'
import type { Change, ChangesetChange } from '../change.ts'
import type { PackageName, Path, Version } from '../names.ts'
import { recordOf } from '../record.ts'
import type { ReleasePlan } from '../release-plan.ts'
import type { RulesName } from '../settings.ts'
import type { Laws, Settled } from './settle.ts'
import type { PreState } from '../snapshot.ts'
import type { Workspace } from '../workspace.ts'

const folder = '.changeset/'

/** Those used by an earlier prerelease of this pre mode: they count again only at the exit. */
export function usedInPre(
  changes: readonly ChangesetChange[],
  pre: PreState | undefined,
): ReadonlySet<ChangesetChange> {
  const named = new Set(pre?.changesets)
  return new Set(
    changes.filter(({ id }) => {
      const bare = id.slice('changeset:'.length)
      return pre !== undefined && (bare.startsWith('pre/') || named.has(bare))
    }),
  )
}

/**
 * Ends pre mode as Changesets does, after everything else: a package that has a prerelease and no release of its own
 * gets the patch that drops the suffix. Changesets 2 does so for packages that it leaves out otherwise as well, and in
 * its later versions for those without asking for a prerelease unless a group counts for them.
 */
export function leavePreMode(
  settled: ReadonlyMap<PackageName, Settled>,
  laws: Laws,
  pre: PreState | undefined,
  rules: RulesName,
): ReadonlyMap<PackageName, Settled> {
  if (pre?.mode !== 'exit' || rules === 'topsail') return settled
  const left = new Map(settled)
  const exit = { kind: 'pre-exit' } as const
  for (const [name, pkg] of laws.graph.packages) {
    const now = settled.get(name)
    if (pkg.version === undefined || (now !== undefined && now.bump !== 'none')) continue
    const skipped = laws.isSkipped(pkg)
    const live = (laws.counters.get(name)?.counter ?? 0) !== 0
    const counted = !skipped || laws.groups.of.has(name) || laws.settings.exitSparesLeftOut === true
    const due = skipped && (rules !== 'changesets@2' || now !== undefined) ? false : live || !counted
    if (due) left.set(name, { pkg, bump: 'patch', base: now?.base ?? pkg.version, cause: exit, entered: exit })
  }
  return left
}

/**
 * What becomes of the files whose changes are in the plan. In pre mode Changesets 2 leaves them and notes them in
 * `pre.json`; the others set them aside, and with them those that an earlier `pre.json` notes.
 */
export function consumption(
  { counted, changesets }: Pick<Admitted, 'counted' | 'changesets'>,
  pre: PreState | undefined,
  rules: RulesName,
): ReleasePlan['consumed'] {
  const inEffect = new Set<Change>()
  for (const change of counted) if (change.kind === 'changeset') inEffect.add(change)
  const eaten = changesets.filter((change) => inEffect.has(change))
  if (pre?.mode !== 'pre') return eaten.map(({ id, file }) => ({ id, file, movedTo: undefined }))
  if (rules === 'changesets@2') return []
  const noted = usedInPre(changesets, pre)
  return changesets
    .filter((change) => inEffect.has(change) || noted.has(change))
    .filter(({ file }) => !file.startsWith(`${folder}pre/`))
    .map(({ id, file }) => ({ id, file, movedTo: movedTo(file) }))
}

/** The text of pre.json after the release; null removes it, undefined leaves it as it is. */
export function nextPreState(
  pre: PreState | undefined,
  changesets: readonly ChangesetChange[],
  workspace: Workspace,
  rules: RulesName,
): string | null | undefined {
  if (pre === undefined) return undefined
  if (pre.mode === 'exit') return null
  if (rules !== 'changesets@2') {
    if (pre.changesets === undefined && pre.initialVersions === undefined) return undefined
    const { changesets: _used, initialVersions: _first, ...kept } = pre
    return toText(kept)
  }
  const first = new Map<PackageName, Version | null>(Object.entries(pre.initialVersions ?? {}))
  for (const { name, version } of workspace.packages) {
    if (!first.has(name) && version !== undefined) first.set(name, version)
  }
  const ids = changesets.map(({ id }) => id.slice('changeset:'.length))
  return toText({ ...pre, changesets: ids, initialVersions: recordOf(first) })
}

/** What pre mode begins with, in the form of the generation in use. */
export function enteredPre(pre: PreState | undefined, tag: string, workspace: Workspace, rules: RulesName): PreState {
  if (rules !== 'changesets@2') return { mode: 'pre', tag }
  const first = workspace.packages.map(({ name, version }) => [name, version ?? '0.0.0'] as const)
  return { mode: 'pre', tag, initialVersions: recordOf(first), changesets: pre?.changesets ?? [] }
}

function movedTo(file: Path): Path {
  return `${folder}pre/${file.slice(folder.length)}`
}

function toText(state: object): string {
  return `${JSON.stringify(state, null, 2)}\n`
}
