/**
 * A proposal: what a plan writes, recorded when its release pull request is made. After the merge it is held against
 * what lies on the branch that releases are made from: versions, ranges, changelog entries, changesets that are used
 * up. Whatever else a manifest or a changelog says is nobody's business here, for main may have gone on.
 */
import type { Bump } from '../bump.ts'
import type { PackageName, Path, Range, Sha, Version } from '../names.ts'
import { compareText } from '../record.ts'
import { changelogEntry } from '../release/changelog-entry.ts'
import type { RangeEdit, ReleasePlan } from '../release-plan.ts'
import { listOf, objectOf, optional, readShape, text, textOrNull, word, type Reader } from '../shape.ts'
import { dependencyFields, manifestPath, type DependencyField } from '../workspace.ts'
import { changelogPath, preStatePath } from '../edits/edits.ts'

export const proposalSchema = 'topsail/proposal@1'

export type ProposedRelease = {
  readonly name: PackageName
  readonly dir: Path
  readonly to: Version
  readonly bump: Exclude<Bump, 'none'>
  /** The changelog entry below its heading; null where no changelog is written. */
  readonly changelog: string | null
}

export type ProposedRange = {
  readonly dir: Path
  readonly field: DependencyField
  readonly dependency: PackageName
  readonly to: Range
}

export type Proposal = {
  readonly schema: typeof proposalSchema
  /** The plan's id. */
  readonly plan: string
  /** The commit it was made from. */
  readonly base: Sha
  readonly releases: readonly ProposedRelease[]
  readonly ranges: readonly ProposedRange[]
  readonly consumed: readonly { readonly file: Path; readonly movedTo: Path | null }[]
  /** The new text of pre.json; null removes it; without the key it stays as it is. */
  readonly preState?: string | null | undefined
  /** Where the changes came from, as far as that is known. */
  readonly commits: readonly Sha[]
}

/** `textOf`: files as the plan leaves them. */
export function proposalOf(plan: ReleasePlan, base: Sha, textOf: (path: Path) => string | undefined): Proposal {
  const rangesOf = (dir: Path, edits: readonly RangeEdit[]): ProposedRange[] =>
    edits.map(({ field, dependency, to }) => ({ dir, field, dependency, to }))
  const commits = plan.changes.flatMap((change) => ('commit' in change && change.commit ? [change.commit] : []))
  return {
    schema: proposalSchema,
    plan: plan.id,
    base,
    releases: plan.releases.map(({ name, dir, to, bump }) => ({
      name,
      dir,
      to,
      bump,
      changelog: changelogEntry(textOf(changelogPath(dir)) ?? '', to) ?? null,
    })),
    ranges: [...plan.releases, ...plan.rewrites].flatMap(({ dir, rangeEdits }) => rangesOf(dir, rangeEdits)),
    consumed: plan.consumed.map(({ file, movedTo }) => ({ file, movedTo: movedTo ?? null })),
    ...(plan.preState === undefined ? {} : { preState: plan.preState }),
    commits: [...new Set(commits)].sort(compareText),
  }
}

const release: Reader<ProposedRelease> = objectOf<ProposedRelease>({
  name: text,
  dir: text,
  to: text,
  bump: word(['patch', 'minor', 'major']),
  changelog: textOrNull,
})
const range: Reader<ProposedRange> = objectOf<ProposedRange>({
  dir: text,
  field: word(dependencyFields),
  dependency: text,
  to: text,
})
const proposal: Reader<Proposal> = objectOf<Proposal>({
  schema: word([proposalSchema]),
  plan: text,
  base: text,
  releases: listOf(release),
  ranges: listOf(range),
  consumed: listOf(objectOf<Proposal['consumed'][number]>({ file: text, movedTo: textOrNull })),
  preState: optional(textOrNull),
  commits: listOf(text),
})

/** Undefined for what is not one: it comes from a ref that anybody may have written. */
export function parseProposal(json: string): Proposal | undefined {
  try {
    const { value, misfits } = readShape(proposal, JSON.parse(json))
    return misfits.length === 0 ? value : undefined
  } catch {
    return undefined
  }
}

/** What lies there otherwise than the plan writes it. Null: it is not there, or should not be. */
export type ProposalDifference = {
  readonly what: 'version' | 'range' | 'changelog' | 'changeset' | 'pre-state'
  /** The package, or the file. */
  readonly name: string
  readonly planned: string | null
  readonly found: string | null
}

/** Every file that `proposalDifferences` asks for. */
export function proposalPaths({ releases, ranges, consumed }: Proposal): readonly Path[] {
  return [
    ...new Set([
      ...releases.flatMap(({ dir, changelog }) => [
        manifestPath({ dir }),
        ...(changelog === null ? [] : [changelogPath(dir)]),
      ]),
      ...ranges.map(manifestPath),
      ...consumed.flatMap(({ file, movedTo }) => [file, ...(movedTo === null ? [] : [movedTo])]),
      preStatePath,
    ]),
  ]
}

/** Empty exactly when what lies there is what the plan writes. `textOf` answers undefined for a file that is not there. */
export function proposalDifferences(
  proposed: Proposal,
  textOf: (path: Path) => string | undefined,
): readonly ProposalDifference[] {
  const manifests = new Map<Path, Readonly<Record<string, unknown>>>()
  const manifestOf = (dir: Path): Readonly<Record<string, unknown>> => {
    const known = manifests.get(dir) ?? parseRecord(textOf(manifestPath({ dir })))
    manifests.set(dir, known)
    return known
  }
  const differences: ProposalDifference[] = []
  const expect = (
    what: ProposalDifference['what'],
    name: string,
    planned: string | null,
    found: string | null,
  ): void => {
    if (planned !== found) differences.push({ what, name, planned, found })
  }
  for (const { name, dir, to, changelog } of proposed.releases) {
    const version = textIn(manifestOf(dir), 'version')
    expect('version', name, to, version)
    if (changelog === null || version !== to) continue
    expect('changelog', changelogPath(dir), changelog, changelogEntry(textOf(changelogPath(dir)) ?? '', to) ?? null)
  }
  for (const { dir, field, dependency, to } of proposed.ranges) {
    const section = ownIn(manifestOf(dir), field)
    expect('range', `${dir} › ${field} › ${dependency}`, to, isRecord(section) ? textIn(section, dependency) : null)
  }
  for (const { file, movedTo } of proposed.consumed) {
    expect('changeset', file, null, textOf(file) === undefined ? null : 'not used up')
    if (movedTo !== null)
      expect('changeset', movedTo, 'moved here', textOf(movedTo) === undefined ? null : 'moved here')
  }
  if (proposed.preState !== undefined)
    expect('pre-state', preStatePath, proposed.preState, textOf(preStatePath) ?? null)
  return differences
}

function parseRecord(json: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse((json ?? '').replace(/^\uFEFF/, ''))
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

function textIn(record: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = ownIn(record, key)
  return typeof value === 'string' ? value : null
}

function ownIn(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
