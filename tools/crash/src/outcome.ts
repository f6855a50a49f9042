/**
 * What a release has left in the registry and at the remote, and everything that is wrong with it.
 */
import type { TestRegistry } from '@topsail/engine/testing'
import type { Fleet, Release } from './fleet.ts'

type Packument = Awaited<ReturnType<TestRegistry['packument']>>

async function packumentsOf({ names }: Fleet, registry: TestRegistry): Promise<ReadonlyMap<string, Packument>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await registry.packument(name)] as const)))
}

/** Whether whoever installs any `latest` at this moment gets everything it needs. */
export async function brokenNow(fleet: Fleet, registry: TestRegistry): Promise<readonly string[]> {
  const packuments = await packumentsOf(fleet, registry)
  return [...packuments].flatMap(([name, packument]) => {
    const latest = packument?.['dist-tags']['latest']
    const dependencies = (latest === undefined ? {} : packument?.versions[latest]?.['dependencies']) ?? {}
    return Object.entries(dependencies as Record<string, string>).flatMap(([other, range]) => {
      const needed = range.replace('^', '')
      const isThere = packuments.get(other)?.versions[needed] !== undefined
      return isThere ? [] : [`latest of ${name} is ${latest}, and ${other}@${needed} is not there`]
    })
  })
}

/** How far a release has come: uploaded, promoted, tagged. */
export async function progressOf(fleet: Fleet, registry: TestRegistry, { version }: Release): Promise<string> {
  const packuments = [...(await packumentsOf(fleet, registry)).values()]
  const uploaded = packuments.filter((packument) => packument?.versions[version] !== undefined).length
  const promoted = packuments.filter((packument) => packument?.['dist-tags']['latest'] === version).length
  const tags = await fleet.repository.remoteTags()
  const tagged = tags.filter((tag) => tag.endsWith(`@${version}`)).length
  return `${uploaded} up, ${promoted} latest, ${tagged} tagged`
}

/** Everything that a finished release should have left and has not, and everything that it should not have left. */
export async function unfinished(fleet: Fleet, registry: TestRegistry, release: Release): Promise<readonly string[]> {
  const { version, commit, integrities } = release
  const problems: string[] = []
  for (const [name, packument] of await packumentsOf(fleet, registry)) {
    const integrity = packument?.versions[version]?.dist.integrity
    if (integrity !== integrities.get(name)) problems.push(`${name}@${version} is ${integrity ?? 'missing'}`)
    const tags = JSON.stringify(packument?.['dist-tags'])
    if (tags !== JSON.stringify({ latest: version })) problems.push(`dist-tags of ${name} are ${tags}`)
  }
  const refs = await remoteRefs(fleet)
  for (const name of fleet.names) {
    const at = refs.get(`refs/tags/${name}@${version}^{}`)
    if (at !== commit) problems.push(`the tag of ${name}@${version} is ${at ?? 'missing'}`)
  }
  const open = openAmong(refs)
  if (open.length > 0) problems.push(`still open: ${open.join(', ')}`)
  return problems
}

/** Everything of a release that was taken back which is not as declared: `before` is where dist-tags led. */
export async function notTakenBack(
  fleet: Fleet,
  registry: TestRegistry,
  { version }: Release,
  before: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const [name, packument] of await packumentsOf(fleet, registry)) {
    const tags = JSON.stringify(packument?.['dist-tags'])
    if (tags !== before.get(name)) problems.push(`dist-tags of ${name} are ${tags} instead of ${before.get(name)}`)
    const left = packument?.versions[version]
    if (left !== undefined && left['deprecated'] === undefined) problems.push(`${name}@${version} is not deprecated`)
  }
  const open = await openReleases(fleet)
  if (open.length > 0) problems.push(`still open: ${open.join(', ')}`)
  return problems
}

/** As JSON, by package. */
export async function distTagsNow(fleet: Fleet, registry: TestRegistry): Promise<ReadonlyMap<string, string>> {
  const packuments = [...(await packumentsOf(fleet, registry))]
  return new Map(packuments.map(([name, packument]) => [name, JSON.stringify(packument?.['dist-tags'])]))
}

/** The refs of releases that somebody has to go on with. */
export async function openReleases(fleet: Fleet): Promise<readonly string[]> {
  return openAmong(await remoteRefs(fleet))
}

function openAmong(refs: ReadonlyMap<string, string>): readonly string[] {
  return [...refs.keys()].filter((ref) => ref.startsWith('refs/topsail/open/'))
}

async function remoteRefs({ repository }: Fleet): Promise<ReadonlyMap<string, string>> {
  const listed = await repository.git('ls-remote', 'origin')
  return new Map(listed.split('\n').map((line) => line.split('\t').toReversed() as [string, string]))
}
