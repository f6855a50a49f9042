/**
 * Everything before the first effect on the world: each package is packed once and its tarball kept. A release is
 * opened only when all of them are there.
 */
import type { PackageName, PublishUnit } from '@topsail/core'
import { cleaned, failed } from './attempt.ts'
import type { Effects } from './drive.ts'
import type { Tarball } from './pack/tarball.ts'
import type { ReleasePacker } from '../release/ports.ts'
import type { Redact } from './secrets.ts'

export type PrepareOptions = {
  readonly units: readonly PublishUnit[]
  readonly packer: ReleasePacker
  keep(tarball: Tarball): Promise<void>
  readonly redact: Redact
}

export type PrepareEffects = Pick<Effects, 'pack' | 'check'> & {
  readonly tarballs: ReadonlyMap<PackageName, Tarball>
}

export function prepareEffects({ units, packer, keep, redact }: PrepareOptions): PrepareEffects {
  const tarballs = new Map<PackageName, Tarball>()
  const byName = new Map(units.map((unit) => [unit.name, unit]))
  return {
    tarballs,
    async pack({ name }) {
      const unit = byName.get(name)
      if (unit === undefined) return failed({ code: 'PACK_FAILED', name, detail: 'it left the workspace' })
      const outcome = await packer.pack(unit)
      if (outcome.kind === 'failed') return { kind: 'failed', problem: cleaned(outcome.problem, redact) }
      tarballs.set(name, outcome.tarball)
      await keep(outcome.tarball)
      return { kind: 'done' }
    },
    async check(step) {
      const packed = step.needs.length === tarballs.size
      return packed ? { kind: 'done' } : failed({ code: 'PACK_FAILED', name: '', detail: 'a tarball is missing' })
    },
  }
}
