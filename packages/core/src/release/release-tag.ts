/**
 * The git tag of a released version: what it is called, and which commit it is made at or pushed from. A tag that is
 * somewhere already is never moved.
 */
import type { PackageName, Version } from '../names.ts'
import type { Problem } from '../problem.ts'
import type { Settings } from '../settings.ts'
import type { Releasable, ReleasedWorld } from './released-world.ts'
import type { PublishUnit } from './step.ts'
import { keysOf } from './targets.ts'

export type TagSettings = Pick<Settings, 'tagPattern' | 'tagPatterns'>

export function tagNameOf({ tagPattern, tagPatterns }: TagSettings, name: PackageName, version: Version): string {
  const own = tagPatterns !== undefined && Object.hasOwn(tagPatterns, name) ? tagPatterns[name] : undefined
  return filled(own ?? tagPattern, name, version)
}

function filled(pattern: string, name: PackageName, version: Version): string {
  if (pattern === '{name}@{version}') return `${name}@${version}`
  return pattern.replaceAll(/\{(name|shortName|version)\}/g, (_, key: string) => {
    if (key === 'version') return version
    return key === 'name' ? name : shortName(name)
  })
}

/** Without the scope. */
export function shortName(name: PackageName): string {
  return name.slice(name.indexOf('/') + 1)
}

/** `uploads`: the version is not out yet, so that HEAD is what it will be. */
export function wantedTag(
  pkg: Releasable,
  uploads: boolean,
  world: ReleasedWorld,
): { readonly tag: PublishUnit['tag']; readonly problems: readonly Problem[] } {
  const isKnown = keysOf(pkg, world.settings).every((key) => world.facts.get(key)?.kind === 'known')
  if (world.head === undefined || !isKnown) return { tag: undefined, problems: [] }
  const name = tagNameOf(world.settings, pkg.name, pkg.version)
  const local = world.localTags.get(name)
  const remote = world.remoteTags?.get(name)
  if (local !== undefined && remote !== undefined && local !== remote) {
    const problem = { code: 'TAG_DIFFERS_ON_REMOTE', severity: 'warning', tag: name, local, remote } as const
    return { tag: undefined, problems: [problem] }
  }
  const at = local ?? remote
  const problems: Problem[] = []
  if (uploads && at !== undefined && at !== world.head && !world.unchangedSinceTag.has(pkg.name)) {
    problems.push({ code: 'TAG_AT_OTHER_COMMIT', severity: 'warning', name: pkg.name, tag: name, at, head: world.head })
  }
  const make = at === undefined
  const push = world.remoteTags !== undefined && remote === undefined
  if (!make && !push) return { tag: undefined, problems }
  const written = world.versionCommits.get(pkg.name)
  if (make && !uploads && written === null) return { tag: undefined, problems }
  const released = uploads ? world.head : (written ?? world.head)
  return { tag: { name, commit: at ?? released, make, push }, problems }
}
