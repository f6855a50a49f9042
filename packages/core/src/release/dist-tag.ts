/**
 * The dist-tag a version is published under. `latest` is what everybody installs, so neither a prerelease nor a fix to
 * an old line ever takes it by default; a package that has nothing but prereleases keeps it, as with Changesets.
 */
import type { PackageFacts } from './released-world.ts'
import type { Problem } from '../problem.ts'
import type { PreState } from '../snapshot.ts'
import { isGreater, isPrerelease, parseVersion } from '../versions.ts'
import type { Package } from '../workspace.ts'

type KnownFacts = Extract<PackageFacts, { kind: 'known' }>

export function distTagOf(
  pkg: Package & { readonly version: string },
  facts: KnownFacts,
  options: { readonly asked: string | undefined; readonly pre: PreState | undefined },
): { readonly distTag: string; readonly problem?: Problem } {
  const asked = options.asked ?? pkg.manifest.publishConfig?.tag
  if (asked !== undefined) return { distTag: asked }
  if (isPrerelease(pkg.version)) return { distTag: prereleaseTag(pkg.version, facts, options.pre) }
  const latest = latestVersion(facts)
  if (latest === undefined || isPrerelease(latest) || !isGreater(latest, pkg.version)) return { distTag: 'latest' }
  const distTag = `release-${parseVersion(pkg.version)?.major ?? 0}.x`
  return {
    distTag,
    problem: {
      code: 'DIST_TAG_WOULD_GO_BACK',
      severity: 'warning',
      name: pkg.name,
      version: pkg.version,
      latest,
      distTag,
    },
  }
}

/** A container registry's `latest` is a digest; the newest release stands for the version it leads to. */
function latestVersion(facts: KnownFacts): string | undefined {
  const latest = facts.distTags.get('latest')
  if (latest === undefined || parseVersion(latest) !== undefined) return latest
  let newest: string | undefined
  for (const version of facts.versions.keys()) {
    if (!isPrerelease(version) && (newest === undefined || isGreater(version, newest))) newest = version
  }
  return newest
}

function prereleaseTag(version: string, facts: KnownFacts, pre: PreState | undefined): string {
  const channel = pre?.mode === 'pre' ? pre.tag : channelOf(version)
  const versions = [...facts.versions.keys()]
  const onlyPrereleases = versions.length > 0 && versions.every((other) => channelOf(other) === channel)
  return onlyPrereleases && pre?.mode === 'pre' ? 'latest' : channel
}

/** `beta` of `1.0.0-beta.3`, `pr-7` of the snapshot `0.0.0-pr-7-20260102030405`; a suffix that is only a number has no name. */
function channelOf(version: string): string {
  const [first] = parseVersion(version)?.prerelease ?? []
  if (first === undefined) return ''
  const snapshot = /^([a-z][\w-]*?)-\d{13,14}$/i.exec(String(first))?.[1]
  if (snapshot !== undefined && snapshot !== 'latest' && !/^v\d/i.test(snapshot)) return snapshot
  const word = /^[a-z]+/i.exec(String(first))?.[0]
  return word === undefined || word === 'latest' ? 'next' : word
}
