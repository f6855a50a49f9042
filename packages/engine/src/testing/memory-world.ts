/**
 * The world of a release in memory: a registry, a git remote, machines with a clone each, and runners that act on them
 * through the same ports as a real release.
 */
import type { PackageName, Sha, Version, Workspace } from '@topsail/core'
import type { Tarball } from '../publish/pack/tarball.ts'
import { memoryRefStore } from './memory-ref-store.ts'
import type { ReleasePorts } from '../release/ports.ts'
import type { RefStore } from '../release/ref-store.ts'
import { memoryClock, type MemoryClock } from './memory-clock.ts'
import { lineOf, type Line, type Misfortune } from './memory-line.ts'
import { memoryPorts } from './memory-ports.ts'
import { memoryRegistry, type MemoryRegistry } from './memory-registry.ts'

export type MemoryWorldOptions = {
  readonly workspace: Workspace
  readonly random: () => number
  /** Packing the same package twice gives the same bytes. */
  readonly reproducible: boolean
  /** Milliseconds from storing a version to showing it. */
  readonly lag: (name: PackageName, version: Version) => number
  /** There are no announcers. */
  readonly tellsNobody?: boolean
  /** A check of the user’s wants to see every push of tags. */
  readonly tagsTravelAlone?: boolean
  /** After everything that changed the registry. */
  readonly onChange: (world: MemoryWorld) => void
}

export type MemoryWorld = {
  readonly options: MemoryWorldOptions
  readonly url: string
  readonly head: Sha
  readonly clock: MemoryClock
  readonly registry: MemoryRegistry
  /** Of the git remote. */
  readonly tags: Map<string, Sha>
  readonly branches: Map<string, Sha>
  /** What a forge shows of releases: versions, by release. */
  readonly announced: Map<string, readonly string[]>
  readonly refs: RefStore
  /** Everybody who ever took the lease, with the fence they got. */
  readonly holders: readonly { readonly holder: string; readonly fence: number }[]
  clone(): MemoryClone
  runner(clone: MemoryClone, misfortune?: Misfortune): Runner
}

/** What lies on the disk of one machine. */
export type MemoryClone = {
  readonly tags: Map<string, Sha>
  /** By release. A runner that has an older one open writes into nothing. */
  readonly journals: Map<string, { text: string }>
  readonly tarballs: Map<
    string,
    { readonly tarball: Tarball; readonly release: string | undefined; readonly bytes: Buffer }
  >
  /** Whether a holder that was claimed here has ended. */
  readonly holders: Map<string, () => boolean>
}

export type Runner = {
  readonly world: MemoryWorld
  readonly clone: MemoryClone
  readonly line: Line
  readonly ports: ReleasePorts
  /** Settles with the answer, or with `died` at the moment of the misfortune. */
  live<Answer>(run: () => Promise<Answer>): Promise<Answer | 'died'>
}

export function memoryWorld(options: MemoryWorldOptions): MemoryWorld {
  const clock = memoryClock(options.random)
  const url = 'https://registry.test/'
  let runners = 0
  const world: MemoryWorld = {
    options,
    url,
    head: 'a'.repeat(40),
    clock,
    registry: memoryRegistry({
      url,
      now: () => clock.now(),
      lag: options.lag,
      onChange: () => options.onChange(world),
    }),
    tags: new Map(),
    branches: new Map(),
    announced: new Map(),
    ...watchedRefs(),
    clone: () => ({ tags: new Map(world.tags), journals: new Map(), tarballs: new Map(), holders: new Map() }),
    runner(clone, misfortune) {
      const line = lineOf(clock, misfortune)
      runners += 1
      const ports = memoryPorts({ world, clone, line, number: runners })
      return { world, clone, line, ports, live: (run) => clock.until(Promise.race([run(), line.death])) }
    },
  }
  return world
}

function watchedRefs(): Pick<MemoryWorld, 'refs' | 'holders'> {
  const refs = memoryRefStore()
  const holders: { readonly holder: string; readonly fence: number }[] = []
  const swap: RefStore['swap'] = async (moves) => {
    const outcome = await refs.swap(moves)
    const lease = moves.find(({ ref }) => ref.endsWith('/lease'))
    if (outcome.kind !== 'done' || lease?.to === undefined) return outcome
    const message: unknown = JSON.parse((await refs.read(lease.ref, lease.to))?.message ?? '{}')
    const { holder, fence } = message as { readonly holder: string; readonly fence: number }
    if (holder !== '' && holder !== holders.at(-1)?.holder) holders.push({ holder, fence })
    return outcome
  }
  return { holders, refs: { ...refs, swap } }
}
