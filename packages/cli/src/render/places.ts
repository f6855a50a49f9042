/**
 * Where in the repository something is written, as `file:line`: the line of a range in its manifest, of a package in
 * its changeset. Read off the texts of the snapshot; without a match the file alone.
 */
import { type Change, type DependencyField, type PackageName, type Snapshot, manifestPath } from '@topsail/core'

export function rangePlace(
  snapshot: Snapshot,
  dependent: PackageName,
  { field, dependency }: { readonly field: DependencyField; readonly dependency: PackageName },
): string | undefined {
  const pkg = snapshot.workspace.packages.find(({ name }) => name === dependent)
  if (pkg === undefined) return undefined
  const lines = pkg.text.split('\n')
  const section = lines.findIndex((line) => line.includes(`${JSON.stringify(field)}`))
  const line =
    section < 0
      ? -1
      : lines.findIndex((text, index) => index >= section && text.includes(`${JSON.stringify(dependency)}:`))
  return withLine(manifestPath(pkg), line)
}

export function changePlace(snapshot: Snapshot, change: Change, name: PackageName): string | undefined {
  if (change.kind === 'commit') return `commit ${change.commit}`
  if (change.kind === 'override') return undefined
  const text = snapshot.changesets.find(({ path }) => path === change.file)?.text
  const line = (text ?? '').split('\n').findIndex((candidate) => mentions(candidate, name))
  const added = change.commit === undefined ? '' : `, added in ${change.commit.slice(0, 7)}`
  return `${withLine(change.file, line)}${added}`
}

/** A line of front matter: the name, quoted or not, then a colon. */
function mentions(line: string, name: PackageName): boolean {
  const key = line.trimStart()
  return [name, `"${name}"`, `'${name}'`].some((form) => key.startsWith(form) && /^\s*:/.test(key.slice(form.length)))
}

function withLine(file: string, index: number): string {
  return index < 0 ? file : `${file}:${index + 1}`
}
