/**
 * Edits: everything `version` writes, as data, each file with its text before and after, so that a diff can be shown
 * and a failed run undone. A path occurs once; a file whose text would not change does not occur.
 */
import type { ChangelogRequest } from './changelog.ts'
import { prependChangelog, type ChangelogLayout } from './changelog-layout.ts'
import { editManifest } from './manifest-edit.ts'
import type { Path, Version } from '../names.ts'
import type { Problem } from '../problem.ts'
import type { RangeEdit, ReleasePlan } from '../release-plan.ts'
import type { Snapshot } from '../snapshot.ts'
import { manifestPath, type Package } from '../workspace.ts'

/** Undefined: there is no such file. */
export type FileEdit = { readonly path: Path; readonly before: string | undefined; readonly after: string | undefined }

/** A rendered entry and the changelog it goes into. */
export type ChangelogUpdate = {
  readonly release: ChangelogRequest['release']
  readonly entry: string
  readonly before: string | undefined
}

/** What the snapshot does not hold. */
export type EditInputs = {
  readonly changelogs: readonly ChangelogUpdate[]
  readonly layout: ChangelogLayout
  /** The text of `.changeset/pre.json`. */
  readonly preState: string | undefined
}

export const preStatePath: Path = '.changeset/pre.json'

export function editsOf(
  plan: ReleasePlan,
  snapshot: Snapshot,
  inputs: EditInputs,
): { readonly edits: readonly FileEdit[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const edits = [
    ...manifestEdits(plan, snapshot, problems),
    ...inputs.changelogs.map((update) => changelogEdit(update, inputs.layout)),
    ...changesetEdits(plan, snapshot),
    ...preStateEdit(plan, inputs.preState),
  ]
  return { edits: edits.filter((edit) => edit.before !== edit.after), problems }
}

export function changelogPath(dir: Path): Path {
  return dir === '.' ? 'CHANGELOG.md' : `${dir}/CHANGELOG.md`
}

type ManifestChange = {
  readonly dir: Path
  readonly version: Version | undefined
  readonly ranges: readonly RangeEdit[]
}

function manifestEdits(plan: ReleasePlan, snapshot: Snapshot, problems: Problem[]): FileEdit[] {
  const { root, packages } = snapshot.workspace
  const byDir = new Map<Path, Package>([root, ...packages].map((pkg) => [pkg.dir, pkg]))
  const changes: ManifestChange[] = [
    ...plan.releases.map(({ dir, to, rangeEdits }) => ({ dir, version: to, ranges: rangeEdits })),
    ...plan.rewrites.map(({ dir, rangeEdits }) => ({ dir, version: undefined, ranges: rangeEdits })),
  ]
  return changes.flatMap(({ dir, version, ranges }) => {
    const pkg = byDir.get(dir)
    const after = pkg && editManifest(pkg.text, { version, ranges })
    if (pkg !== undefined && after !== undefined) return { path: manifestPath(pkg), before: pkg.text, after }
    problems.push({
      code: 'MANIFEST_EDIT_IMPOSSIBLE',
      severity: 'error',
      place: { file: manifestPath({ dir }) },
      wanted: [
        ...(version === undefined ? [] : ['version']),
        ...ranges.map((edit) => `${edit.field} › ${edit.dependency}`),
      ],
    })
    return []
  })
}

function changelogEdit({ release, entry, before }: ChangelogUpdate, layout: ChangelogLayout): FileEdit {
  return { path: changelogPath(release.dir), before, after: prependChangelog(before, entry, release.name, layout) }
}

/** A moved changeset is one file that goes and one that comes. */
function changesetEdits(plan: ReleasePlan, snapshot: Snapshot): FileEdit[] {
  const texts = new Map(snapshot.changesets.map(({ path, text }) => [path, text]))
  return plan.consumed.flatMap(({ file, movedTo }) => {
    const text = texts.get(file)
    if (text === undefined) return []
    const gone = { path: file, before: text, after: undefined }
    return movedTo === undefined ? [gone] : [gone, { path: movedTo, before: texts.get(movedTo), after: text }]
  })
}

function preStateEdit(plan: ReleasePlan, before: string | undefined): FileEdit[] {
  if (plan.preState === undefined) return []
  return [{ path: preStatePath, before, after: plan.preState ?? undefined }]
}
