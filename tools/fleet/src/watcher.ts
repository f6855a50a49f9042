/**
 * Asks the registry all the time, while a release runs, dies, is resumed and taken back: does the `latest` of every
 * package lead to a version whose dependencies within the shop can all be installed at that moment?
 */
import type { TestPackument, TestRegistry } from '@topsail/engine/testing'

export type Watcher = {
  /** Stops, and tells how often everything was looked at and what was broken, each finding once. */
  stop(): Promise<{ readonly looks: number; readonly broken: readonly string[] }>
}

/** Milliseconds between two looks. */
const pause = 40

export function watchLatest(registry: TestRegistry, names: readonly string[]): Watcher {
  const broken = new Set<string>()
  let looks = 0
  let stopped = false
  const watch = async (): Promise<void> => {
    while (!stopped) {
      for (const finding of await brokenNow(registry, names)) broken.add(finding)
      looks += 1
      await new Promise((done) => setTimeout(done, pause))
    }
  }
  const watching = watch()
  return {
    async stop() {
      stopped = true
      await watching
      return { looks, broken: [...broken] }
    },
  }
}

/** Where `latest` leads is read before what there is to install, so that a release under way raises no false alarm. */
async function brokenNow(registry: TestRegistry, names: readonly string[]): Promise<readonly string[]> {
  const latest = await documentsOf(registry, names)
  const available = await documentsOf(registry, names)
  return [...latest].flatMap(([name, document]) => {
    const version = document['dist-tags']['latest'] ?? ''
    const wanted = dependenciesOf(document.versions[version])
    if (wanted === undefined) return [`latest of ${name} leads to ${version}, which is not there`]
    return Object.entries(wanted)
      .filter(([dependency]) => names.includes(dependency))
      .filter(([dependency, range]) => !isServed(available.get(dependency), range))
      .map(([dependency, range]) => `${name}@${version} needs ${dependency} ${range}, which cannot be installed`)
  })
}

async function documentsOf(
  registry: TestRegistry,
  names: readonly string[],
): Promise<ReadonlyMap<string, TestPackument>> {
  const documents = new Map<string, TestPackument>()
  for (const name of names) {
    const document = await registry.packument(name)
    if (document !== undefined) documents.set(name, document)
  }
  return documents
}

function dependenciesOf(manifest: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof manifest !== 'object' || manifest === null) return undefined
  return (manifest as { readonly dependencies?: Readonly<Record<string, string>> }).dependencies ?? {}
}

/** The shop writes exact versions, carets and tildes of versions from 1 on, and no other range. */
function isServed(document: TestPackument | undefined, range: string): boolean {
  const [, operator, major, minor, patch] = /^([\^~]?)(\d+)\.(\d+)\.(\d+)$/.exec(range) ?? []
  if (operator === undefined) return false
  const least = [Number(major), Number(minor), Number(patch)]
  return Object.keys(document?.versions ?? {}).some((version) => {
    const parts = version.split('.').map(Number)
    const same = operator === '^' ? 1 : operator === '~' ? 2 : 3
    const isSame = parts.slice(0, same).every((part, index) => part === least[index])
    return isSame && comparison(parts, least) >= 0
  })
}

function comparison(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, index) => part !== b[index])
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}
