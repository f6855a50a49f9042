/**
 * Packages whose manifest is behind what is tagged: a tool that releases from tags alone leaves `0.0.0` or an old version
 * in it, and the next release would begin from there. Only tags in our own history count: those of a maintenance
 * branch's future lie beside it. Prereleases do not count, nor does a pattern that has something behind the version.
 */
import { isGreater, type Package, type Settings, type TagAhead, type Workspace } from '@topsail/core'
import { rowOf, type HistoryTable, type Row } from './history-table.ts'
import { sharedVersions, tagNamesIn, type Tags } from './tags.ts'

export type TagsAheadSearch = {
  readonly table: HistoryTable
  /** The rows of our history. */
  readonly order: Uint32Array
  readonly workspace: Workspace
  readonly settings: Settings
  readonly tags: Tags
}

/** `untagged`: packages of which no tag names the version in the manifest. */
export function tagsAhead(search: TagsAheadSearch, untagged: readonly Package[]): readonly TagAhead[] {
  const { table, tags } = search
  if (untagged.length === 0 || tags.size === 0) return []
  const shared = sharedVersions(search)
  const packages = packagesByPrefix(search, untagged)
  let ours: Set<Row> | undefined
  const latest = new Map<string, TagAhead>()
  for (const [tag, commit] of tags) {
    const start = versionStart(tag)
    const pkg = packages.get(tag.slice(0, start))
    if (pkg?.version === undefined) continue
    const released = tag.slice(start)
    const known = shared.get(pkg.name)?.version ?? pkg.version
    if (!isGreater(released, latest.get(pkg.name)?.released ?? known)) continue
    const row = rowOf(table, commit)
    ours ??= new Set(search.order)
    if (row === undefined || !ours.has(row)) continue
    latest.set(pkg.name, { name: pkg.name, version: pkg.version, released, tag })
  }
  return [...latest.values()]
}

function packagesByPrefix(
  { workspace, settings }: TagsAheadSearch,
  packages: readonly Package[],
): ReadonlyMap<string, Package> {
  const byPrefix = new Map<string, Package>()
  const namesOf = tagNamesIn(workspace, settings)
  for (const pkg of packages) {
    for (const name of namesOf(pkg, '0')) {
      if (name.endsWith('0')) byPrefix.set(name.slice(0, -1), pkg)
    }
  }
  return byPrefix
}

/** Where the digits and points at the end of a tag begin. */
function versionStart(tag: string): number {
  let start = tag.length
  for (; start > 0; start -= 1) {
    const code = tag.charCodeAt(start - 1)
    if (code !== 46 && (code < 48 || code > 57)) break
  }
  return start
}
