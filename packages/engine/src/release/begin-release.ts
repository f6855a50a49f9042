/**
 * The first way into a release: everything is packed, and only then its journal is opened, with the plan and the
 * integrity of every tarball frozen in its first record.
 */
import { releaseSteps } from '@topsail/core'
import type { Integrity, JournalEvent, Problem, Promotion, PublishUnit, Sha, Step, StepId } from '@topsail/core'
import { drive, type DriveResult } from '../publish/drive.ts'
import { prepareEffects } from '../publish/prepare-effects.ts'
import { goForward } from './go-forward.ts'
import type { Hold } from './hold.ts'
import { keepJournal, stopOf } from './journal-keeper.ts'
import type { ReleasePacker, ReleasePorts } from './ports.ts'
import { abandoned, cannotPack, noEffects, nothingDriven, type CarryOptions, type ReleaseEnd } from './release-end.ts'

export type NewRelease = {
  readonly units: readonly PublishUnit[]
  readonly promotion: Promotion
  readonly commit: Sha | null
}

export async function beginRelease(
  ports: ReleasePorts,
  hold: Hold,
  wanted: NewRelease,
  options: CarryOptions,
): Promise<ReleaseEnd> {
  const release = ports.clock.releaseId()
  const steps = releaseSteps(wanted.units, wanted.promotion)
  const ready = await ports.packerAt(wanted.commit, release)
  if (ready.kind === 'impossible') return unopened(steps, nothingDriven, [cannotPack(ports.redact(ready.detail))])
  try {
    const prepared = await prepare(ports, release, steps, ready.packer, wanted, options)
    const { driven, integrities } = prepared
    if (driven.failed.length > 0 || driven.held.length > 0) {
      await ports.tarballs.drop(release)
      return unopened(steps, driven, [])
    }
    const opened: JournalEvent = { kind: 'opened', release, ...wanted, steps, integrities }
    const { last } = options
    const keeper = await keepJournal({ ports, hold, release, ref: undefined, text: '', first: [opened], last })
    const stop = stopOf(await keeper.push())
    if (stop !== undefined) return { ...(await abandoned(keeper, steps, stop)), driven }
    return await goForward(ports, hold, keeper, { ...options, packer: ready.packer, before: driven })
  } finally {
    await ready.close()
  }
}

type Prepared = { readonly driven: DriveResult; readonly integrities: Readonly<Record<StepId, Integrity>> }

async function prepare(
  ports: ReleasePorts,
  release: string,
  steps: readonly Step[],
  packer: ReleasePacker,
  { units }: NewRelease,
  options: CarryOptions,
): Promise<Prepared> {
  const { redact, clock } = ports
  const effects = prepareEffects({ units, packer, redact, keep: (tarball) => ports.tarballs.keep(release, tarball) })
  const before = steps.filter((step) => step.kind === 'pack' || step.kind === 'check')
  const driven = await drive({ ...options, steps: before, effects: { ...noEffects, ...effects }, clock })
  const integrities = units.flatMap((unit) => {
    const tarball = effects.tarballs.get(unit.name)
    return tarball === undefined ? [] : [[`upload:${unit.name}@${unit.version}`, tarball.integrity] as const]
  })
  return { driven, integrities: Object.fromEntries(integrities) }
}

function unopened(steps: readonly Step[], driven: DriveResult, problems: readonly Problem[]): ReleaseEnd {
  return { release: undefined, state: 'unopened', progress: undefined, steps, driven, problems }
}
