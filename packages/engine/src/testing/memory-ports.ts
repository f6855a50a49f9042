/**
 * The ports of one runner in the memory world. Everything that a real release does on the network goes over the line
 * as a remote call, everything on its own machine as a local one; asking the clock is free.
 */
import type { Registry } from '../publish/registry.ts'
import type { RegistryStage } from '../publish/registry-stage.ts'
import type { Announcer, AnnounceOutcome } from '../release/announcer.ts'
import type { ReleaseClock, ReleasePorts } from '../release/ports.ts'
import { refsOver, tagsOver } from './memory-git.ts'
import { journalsOver } from './memory-journals.ts'
import { lostAnswer, type Line, type Wire } from './memory-line.ts'
import { packerOver, tarballsOver } from './memory-tarballs.ts'
import type { MemoryClone, MemoryWorld } from './memory-world.ts'

/** `number`: of the runner. */
type Place = { readonly world: MemoryWorld; readonly clone: MemoryClone; readonly line: Line; readonly number: number }

export function memoryPorts(place: Place): ReleasePorts {
  const { world, clone, line, number } = place
  const registry = registryOver(line.to('registry'), world.registry.port)
  return {
    registryAt: () => registry,
    refs: refsOver(line, clone, world),
    journals: journalsOver(line, clone),
    tarballs: tarballsOver(line, clone),
    holders: {
      claim: () =>
        line.local('claim the holder file', async () => {
          const name = `runner-${number}`
          clone.holders.set(name, () => line.isDead())
          return name
        }),
      isGone: async (holder) => clone.holders.get(holder)?.() === true,
    },
    packerAt: async () => ({
      kind: 'ready',
      packer: packerOver(line, clone, world.options, number),
      close: async () => {},
    }),
    tags: tagsOver(line, clone, world),
    branches: {
      make: (step) =>
        line.to('git').send(
          'push the revert branch',
          async (): Promise<RevertOutcome> => {
            const branch = `revert-${step.release}`
            world.branches.set(branch, step.commit)
            return { kind: 'made', branch }
          },
          () => ({ kind: 'failed', detail: lostAnswer }) as const,
        ),
    },
    announcers: world.options.tellsNobody === true ? [] : [announcerOver(line.to('forge'), world)],
    sources: async ({ units, others }) => ({
      units: units.map(() => ({ tree: null, contracts: {}, changes: [] })),
      present: new Set(others),
    }),
    clock: clockOf(place),
    redact: (text) => text,
  }
}

type RevertOutcome = Awaited<ReturnType<ReleasePorts['branches']['make']>>

function registryOver(wire: Wire, port: Registry): Registry {
  const unknown = () => ({ kind: 'unknown', detail: lostAnswer, retryAfter: undefined }) as const
  const unreachable = () => ({ kind: 'unreachable', detail: lostAnswer, retryAfter: undefined }) as const
  const at = (name: string, version: string): string => `${name}@${version}`
  return {
    url: port.url,
    facts: (name) => wire.ask(`facts ${name}`, () => port.facts(name), unreachable),
    lookup: (name, version) => wire.ask(`lookup ${at(name, version)}`, () => port.lookup(name, version), unreachable),
    confirm: (name, version) =>
      wire.ask(`confirm ${at(name, version)}`, () => port.confirm(name, version), unreachable),
    upload: (request) => {
      const { name, version } = request.tarball
      return wire.send(`upload ${at(name, version)}`, () => port.upload(request), unknown)
    },
    setDistTag: (name, tag, version) =>
      wire.send(`set ${name} ${tag} ${version ?? 'nowhere'}`, () => port.setDistTag(name, tag, version), unknown),
    deprecate: (name, version, message) =>
      wire.send(`deprecate ${at(name, version)}`, () => port.deprecate(name, version, message), unknown),
    unpublish: (name, version) =>
      wire.send(`unpublish ${at(name, version)}`, () => port.unpublish(name, version), unknown),
    ...(port.staging === undefined ? {} : { staging: stagingOver(wire, port.staging) }),
  }
}

function stagingOver(wire: Wire, port: RegistryStage): RegistryStage {
  const unknown = () => ({ kind: 'unknown', detail: lostAnswer, retryAfter: undefined }) as const
  const unreachable = () => ({ kind: 'unreachable', detail: lostAnswer, retryAfter: undefined }) as const
  const at = (name: string, version: string): string => `${name}@${version}`
  return {
    canStage: () => port.canStage(),
    stage: (request) => {
      const { name, version } = request.tarball
      return wire.send(`stage ${at(name, version)}`, () => port.stage(request), unknown)
    },
    lookupStaged: (name, version) =>
      wire.ask(`lookup staged ${at(name, version)}`, () => port.lookupStaged(name, version), unreachable),
    approve: (name, version) => wire.send(`approve ${at(name, version)}`, () => port.approve(name, version), unknown),
    reject: (name, version) => wire.send(`reject ${at(name, version)}`, () => port.reject(name, version), unknown),
  }
}

/** As a forge: a release is found by its name and shown once. */
function announcerOver(wire: Wire, { announced }: MemoryWorld): Announcer {
  const unknown = () => ({ kind: 'unknown', detail: lostAnswer }) as const
  return {
    name: 'forge',
    announce: ({ release, versions }) =>
      wire.send(
        `announce ${release}`,
        async (): Promise<AnnounceOutcome> => {
          announced.set(
            release,
            versions.map(({ name, version }) => `${name}@${version}`),
          )
          return { kind: 'done' }
        },
        unknown,
      ),
    withdraw: ({ release }) =>
      wire.send(
        `withdraw ${release}`,
        async (): Promise<AnnounceOutcome> => {
          announced.delete(release)
          return { kind: 'done' }
        },
        unknown,
      ),
  }
}

/** Time stands still for a dead runner. */
function clockOf({ world, line, number }: Place): ReleaseClock {
  const { clock } = world
  let ids = 0
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    random: () => clock.random(),
    sleep: (milliseconds) => clock.sleep(milliseconds).then(() => (line.isDead() ? new Promise(() => {}) : undefined)),
    date: () => new Date(Date.UTC(2026, 0, 1) + clock.now()),
    every(milliseconds, action) {
      let stopped = false
      const again = (): void =>
        clock.at(milliseconds, () => {
          if (stopped || line.isDead()) return
          action()
          again()
        })
      again()
      return () => void (stopped = true)
    },
    releaseId: () => `r${number}-${(ids += 1)}`,
  }
}
