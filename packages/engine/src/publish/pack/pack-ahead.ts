/**
 * Packs while registries are still asked what they have: a package that one of them lacks is read and compressed the
 * moment that is known, into memory and no further. Only where packing is nothing but reading: where anything is built
 * or scripts run first, nothing is packed ahead.
 */
import { releasablePackages } from '@topsail/core'
import type { PackageName, Settings } from '@topsail/core'
import { availableParallelism } from 'node:os'
import { setImmediate as turn } from 'node:timers/promises'
import { planBuild } from '../build/plan-build.ts'
import type { Files } from '../../ports.ts'
import { bytesPacker, type BytesOptions, type PackedBytes, type Versioned } from './pack-package.ts'
import { packingScripts, scriptsOf } from './scripts.ts'

export type PackingAhead = {
  /** Packing is nothing but reading, whatever is published. */
  readonly isOnlyReading: boolean
  /** It will be published, as far as one can tell. */
  begin(name: PackageName): void
  /** What was packed of it, or is being packed; once. */
  packed(name: PackageName): Promise<PackedBytes> | undefined
  /** What was read may be out of date. */
  forget(): void
}

export type AheadOptions = BytesOptions & {
  readonly settings: Settings
  readonly files: Files
  /** `release.build`, or false for none. */
  readonly build: Settings['release']['build']
}

export function packingAhead(options: AheadOptions): PackingAhead {
  const { workspace, settings } = options
  const members = releasablePackages(workspace, settings)
  const isOnlyReading = runsNothing(members, options)
  const left = new Map(isOnlyReading ? members.map((pkg) => [pkg.name, pkg]) : [])
  const pack = bytesPacker(options)
  const packing = new Map<PackageName, Promise<PackedBytes>>()
  const line: Versioned[] = []
  let underWay = 0
  let room = mostBytes
  const next = (): void => {
    if (underWay >= atOnce || room <= 0) return
    const pkg = line.shift()
    if (pkg === undefined) return
    underWay += 1
    // Answers that have come are read first.
    const answer = turn().then(() => pack(pkg))
    packing.set(pkg.name, answer)
    void answer
      .then((packed) => (room -= packed.kind === 'packed' ? packed.bytes.length : 0))
      .catch(() => {})
      .finally(() => {
        underWay -= 1
        next()
      })
  }
  return {
    isOnlyReading,
    begin(name) {
      const pkg = left.get(name)
      if (pkg === undefined) return
      left.delete(name)
      line.push(pkg)
      next()
    },
    packed(name) {
      const answer = packing.get(name)
      packing.delete(name)
      return answer
    },
    forget() {
      left.clear()
      line.length = 0
      packing.clear()
    },
  }
}

const atOnce = 2 * Math.max(2, availableParallelism())

/** What waits to be written stays in memory; the rest is packed when its turn comes. */
const mostBytes = 64 * 1024 * 1024

function runsNothing(members: readonly Versioned[], { files, workspace, build }: AheadOptions): boolean {
  const packing = members.map(({ name }) => name)
  if (planBuild({ files, workspace, packing, setting: build }).build !== undefined) return false
  return !members.some(({ manifest }) => {
    const scripts = scriptsOf(manifest)
    return packingScripts.some((script) => scripts.has(script))
  })
}
