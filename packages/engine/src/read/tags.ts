/**
 * Release tags: every tag of the repository in one `show-ref`, and the names a package's release may have been
 * tagged with.
 */
import {
  isGreater,
  shortName,
  tagNameOf,
  type Package,
  type PackageName,
  type Settings,
  type Sha,
  type Version,
  type Workspace,
} from '@topsail/core'
import type { Git } from '../ports.ts'

/** Tag name to the commit it stands for. */
export type Tags = ReadonlyMap<string, Sha>

export async function readTags(git: Git): Promise<Tags> {
  const answer = await git(['show-ref', '--tags', '--dereference'])
  const tags = new Map<string, Sha>()
  if (answer.kind === 'missing') return tags
  const text = answer.stdout
  for (let start = 0, end = text.indexOf('\n'); end >= 0; start = end + 1, end = text.indexOf('\n', start)) {
    const space = text.indexOf(' ', start)
    const sha = text.slice(start, space)
    // The line of the commit follows that of the tag, and is the one that stays.
    const isCommit = text.endsWith(ofCommit, end)
    tags.set(text.slice(space + 1 + namespace.length, isCommit ? end - ofCommit.length : end), sha)
  }
  return tags
}

const namespace = 'refs/tags/'
/** Behind the name of an annotated tag; no name of a ref can hold it. */
const ofCommit = '^{}'

export type TagNames = (pkg: Package, version: string) => readonly string[]

/** In the order in which they are looked for; the first is how the next release will be tagged. */
export function tagNamesIn({ packages, tool }: Workspace, settings: Settings): TagNames {
  const called = new Map<string, number>()
  const isReleasePlease = settings.commits.preset === 'release-please'
  if (isReleasePlease) {
    for (const { name } of packages) called.set(shortName(name), (called.get(shortName(name)) ?? 0) + 1)
  }
  return ({ name }, version) => [
    tagNameOf(settings, name, version),
    `${name}@${version}`,
    ...(tool === 'root' ? [`v${version}`] : []),
    // As release-please tags a package by default.
    ...(called.get(shortName(name)) === 1 ? [`${shortName(name)}-v${version}`] : []),
  ]
}

/**
 * Of packages that share their tags, such as `v1.2.0`, the highest version that any of them has and that is tagged: who
 * stands at an older one, or was never released, was looked at when that release was made.
 */
export function sharedVersions({
  workspace,
  settings,
  tags,
}: {
  readonly workspace: Workspace
  readonly settings: Settings
  readonly tags: Tags
}): ReadonlyMap<PackageName, { readonly version: Version; readonly tag: string }> {
  const lines = Map.groupBy(workspace.packages, ({ name }) => tagNameOf(settings, name, anyVersion))
  return new Map(
    [...lines.values()].flatMap((line) => {
      if (line.length < 2) return []
      const tagged = line.flatMap(({ name, version = '' }) => {
        const tag = tagNameOf(settings, name, version)
        return tags.has(tag) ? [{ version, tag }] : []
      })
      const latest = tagged.reduce(
        (best, one) => (isGreater(one.version, best.version) ? one : best),
        tagged[0] ?? none,
      )
      return latest.tag === '' ? [] : line.map(({ name }) => [name, latest] as const)
    }),
  )
}

/** In no version. */
const anyVersion = '*'
const none = { version: '', tag: '' }
