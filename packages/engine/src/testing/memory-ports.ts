/**
 * The ports of one runner in the memory world. Everything that a real release does on the network goes over the line
 * as a remote call, everything on its own machine as a local one; asking the clock is free.
 */
import {
  decodeJournal,
  encodeRecord,
  packageOf,
  type JournalEvent,
  type JournalRecord,
  type Package,
  type PublishUnit,
  type Sha,
  type TagToMake,
} from '@topsail/core'
import { integrityOf, type Tarball } from '../publish/pack/tarball.ts'
import type { Registry } from '../publish/registry.ts'
import type { RegistryStage } from '../publish/registry-stage.ts'
import type { TagWriter } from '../publish/tags.ts'
import type { Announcer, AnnounceOutcome } from '../release/announcer.ts'
import { sha256, type Journal } from '../release/journal-file.ts'
import type { JournalStore, ReleaseClock, ReleasePorts, TarballStore } from '../release/ports.ts'
import type { RefStore, SwapOutcome } from '../release/ref-store.ts'
import type { Line, Wire } from './memory-line.ts'
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
    packerAt: async () => ({ kind: 'ready', packer: packerOver(place), close: async () => {} }),
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
          () => ({ kind: 'failed', detail }) as const,
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

const detail = 'the connection was lost'

function registryOver(wire: Wire, port: Registry): Registry {
  const unknown = () => ({ kind: 'unknown', detail, retryAfter: undefined }) as const
  const unreachable = () => ({ kind: 'unreachable', detail, retryAfter: undefined }) as const
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
  const unknown = () => ({ kind: 'unknown', detail, retryAfter: undefined }) as const
  const unreachable = () => ({ kind: 'unreachable', detail, retryAfter: undefined }) as const
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

function refsOver(line: Line, clone: MemoryClone, world: MemoryWorld): RefStore {
  const { refs } = world
  const unreachable = () => ({ kind: 'unreachable', detail }) as const
  return {
    list: (...prefixes) => line.to('git').ask(`list ${prefixes.join(' ')}`, () => refs.list(...prefixes), unreachable),
    write: (content, parent) => line.local('write a commit', () => refs.write(content, parent)),
    read: (ref, sha) =>
      line.to('git').ask(
        `read ${ref}`,
        () => refs.read(ref, sha),
        () => undefined,
      ),
    swap(moves, tags = []) {
      const sent = tagsIn(clone, tags)
      if (typeof sent === 'string') return Promise.resolve({ kind: 'unreachable', detail: sent })
      const about = `swap ${moves.map(({ ref }) => ref).join(' ')}${tags.length === 0 ? '' : ` and ${tags.length} tags`}`
      const swap = async (): Promise<SwapOutcome> => {
        const other = otherThere(world, sent)
        if (other !== undefined) return { kind: 'refused', detail: other }
        const outcome = await refs.swap(moves)
        if (outcome.kind === 'done') for (const [tag, commit] of sent) world.tags.set(tag, commit)
        return outcome
      }
      return line.to('git').send(about, swap, unreachable)
    },
  }
}

/** As a forge: a release is found by its name and shown once. */
function announcerOver(wire: Wire, { announced }: MemoryWorld): Announcer {
  const unknown = () => ({ kind: 'unknown', detail }) as const
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

/** As git: tags are made together or not at all, pushed together or not at all, and never moved. */
function tagsOver(line: Line, clone: MemoryClone, world: MemoryWorld): TagWriter {
  const lost = (): string => 'could not read from remote repository'
  return {
    travelsAlone: () => world.options.tagsTravelAlone === true,
    prepare: async () => {},
    make: (tags) =>
      line.local(`make ${tags.length} tags`, async () => {
        const other = tags.find(({ tag, commit }) => (clone.tags.get(tag) ?? commit) !== commit)
        if (other !== undefined) return `the tag ${other.tag} is at another commit`
        for (const { tag, commit } of tags) clone.tags.set(tag, commit)
        return undefined
      }),
    adopt: (_, tags) =>
      line.to('git').ask(
        `fetch ${tags.length} tags`,
        async () => {
          for (const { tag, commit } of tags) if (world.tags.get(tag) === commit) clone.tags.set(tag, commit)
          return undefined
        },
        lost,
      ),
    push(_, tags) {
      const sent = tagsIn(clone, tags)
      if (typeof sent === 'string') return Promise.resolve(sent)
      return line.to('git').send(
        `push ${tags.length} tags`,
        async () => {
          const other = otherThere(world, sent)
          if (other !== undefined) return other
          for (const [tag, commit] of sent) world.tags.set(tag, commit)
          return undefined
        },
        lost,
      )
    },
    remove: (tags) => line.local(`remove ${tags.length} tags`, async () => removeFrom(clone.tags, tags)),
    removeRemote: (_, tags) =>
      line.to('git').send(`remove ${tags.length} tags there`, async () => removeFrom(world.tags, tags), lost),
  }
}

type SentTag = readonly [string, Sha]

/** What git says when one of them was never made here. */
function tagsIn({ tags }: MemoryClone, names: readonly string[]): readonly SentTag[] | string {
  const missing = names.find((name) => !tags.has(name))
  if (missing !== undefined) return `error: src refspec refs/tags/${missing} does not match any`
  return names.map((name) => [name, tags.get(name) ?? ''] as const)
}

/** What git says when one of them leads elsewhere. */
function otherThere({ tags }: MemoryWorld, sent: readonly SentTag[]): string | undefined {
  const other = sent.find(([tag, commit]) => (tags.get(tag) ?? commit) !== commit)
  return other === undefined ? undefined : `! [rejected] ${other[0]} (already exists)`
}

function removeFrom(present: Map<string, Sha>, tags: readonly TagToMake[]): undefined {
  for (const { tag, commit } of tags) if (present.get(tag) === commit) present.delete(tag)
}

function journalsOver(line: Line, clone: MemoryClone): JournalStore {
  return {
    list: async () => [...clone.journals.keys()],
    read: async (release) => clone.journals.get(release)?.text,
    open: (release, text, options) =>
      line.local(`open the journal`, async () => {
        const decoded = decodeJournal(text, sha256)
        if (decoded.kind === 'corrupt') throw new Error(`the journal is corrupt at line ${decoded.line}`)
        const file = { text: text.slice(0, decoded.length) }
        clone.journals.set(release, file)
        return journalIn(file, [...decoded.records], decoded.sum, { line, ...options })
      }),
    forget: (release) => line.local('forget the journal', async () => void clone.journals.delete(release)),
  }
}

const full = 'ENOSPC: an earlier record is missing'

type Appending = { readonly line: Line; readonly fence: number; readonly now: () => Date }

function journalIn(
  file: { text: string },
  records: JournalRecord[],
  begun: string,
  { line, fence, now }: Appending,
): Journal {
  let sum = begun
  let broken = false
  let last: Promise<void> = Promise.resolve()
  const recordOf = (event: JournalEvent, n: number): JournalRecord => {
    const head = { v: 1, n, at: now().toISOString(), fence } as const
    return { ...head, ...event }
  }
  return {
    records,
    append: async (event) => {
      if (broken) throw new Error(full)
      const record = recordOf(event, records.length)
      const encoded = encodeRecord(record, sum, sha256)
      sum = encoded.sum
      records.push(record)
      const about = 'step' in event ? `${event.kind} ${event.step}` : event.kind
      const write = async (): Promise<void> => {
        if (broken) throw new Error(full)
        await line.write(`journal ${about}`, (part) => {
          file.text += part === 'all' ? encoded.line : encoded.line.slice(0, encoded.line.length / 2)
        })
      }
      // One after another, as on a disk: what comes after a record that is missing is not written either.
      const written = last.then(write).catch((error: unknown) => {
        broken = true
        throw error
      })
      last = written.catch(() => {})
      return written
    },
    text: async () => file.text,
    textWith: async (events) => {
      await last
      if (broken) throw new Error(full)
      const decoded = decodeJournal(file.text, sha256)
      if (decoded.kind === 'corrupt') throw new Error(`the journal is corrupt at line ${decoded.line}`)
      let before = decoded.sum
      const lines = events.map((event, index) => {
        const encoded = encodeRecord(recordOf(event, decoded.records.length + index), before, sha256)
        before = encoded.sum
        return encoded.line
      })
      return file.text.slice(0, decoded.length) + lines.join('')
    },
    close: async () => {},
  }
}

function tarballsOver(line: Line, clone: MemoryClone): TarballStore {
  return {
    keep: (release, tarball) =>
      line.local(`keep ${tarball.name}`, async () => {
        const known = clone.tarballs.get(tarball.file)
        if (known !== undefined) clone.tarballs.set(tarball.file, { ...known, release })
      }),
    find: async (release, unit) => {
      const kept = [...clone.tarballs.values()].find(
        (other) =>
          other.release === release && other.tarball.name === unit.name && other.tarball.version === unit.version,
      )
      return kept?.tarball
    },
    read: async (tarball) => {
      const known = clone.tarballs.get(tarball.file)
      if (known === undefined) throw new Error(`ENOENT: ${tarball.file}`)
      return known.bytes
    },
    drop: (release) =>
      line.local('drop the tarballs', async () => {
        for (const [file, kept] of clone.tarballs) if (kept.release === release) clone.tarballs.delete(file)
      }),
  }
}

type MemoryPacker = Extract<Awaited<ReturnType<ReleasePorts['packerAt']>>, { kind: 'ready' }>['packer']

function packerOver({ world, clone, line, number }: Place): MemoryPacker {
  const packages = new Map(world.options.workspace.packages.map((pkg) => [pkg.name, pkg]))
  return {
    pack: (unit) =>
      line.local(`pack ${unit.name}`, async () => {
        const packed = packInMemory(packages.get(packageOf(unit.name)), unit, world.options.reproducible ? 0 : number)
        clone.tarballs.set(packed.tarball.file, { ...packed, release: undefined })
        return { kind: 'packed', tarball: packed.tarball } as const
      }),
    afterPublish: async () => undefined,
  }
}

/** `salt`: what differs when it is packed again. */
export function packInMemory(
  pkg: Package | undefined,
  { name, version }: Pick<PublishUnit, 'name' | 'version'>,
  salt: number,
): { readonly tarball: Tarball; readonly bytes: Buffer } {
  const metadata = { ...pkg?.manifest, name, version }
  const bytes = Buffer.from(JSON.stringify({ ...metadata, salt }))
  const file = `${name}-${version}-${salt}.tgz`
  const tarball = { name, version, integrity: integrityOf(bytes), bytes: bytes.length, file, files: [], metadata }
  return { tarball, bytes }
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
