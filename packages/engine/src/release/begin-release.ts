/**
 * The first way into a release: everything is packed, and only then its journal is opened, with the plan and the
 * integrity of every tarball frozen in its first record.
 */
import { releaseSteps } from '@topsail/core'
import type {
  ForwardStep,
  Integrity,
  JournalEvent,
  Problem,
  Promotion,
  PublishUnit,
  Sha,
  Step,
  StepId,
} from '@topsail/core'
import { diskRefused } from '../publish/attempt.ts'
import { drive, type DriveResult } from '../publish/drive.ts'
import { prepareEffects } from '../publish/prepare-effects.ts'
import { prepareEnd, type PreparedEnd } from './announce-effect.ts'
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

/** `ready`: what was packed while the lease was waited for. */
export async function beginRelease(
  ports: ReleasePorts,
  hold: Hold,
  wanted: NewRelease,
  options: CarryOptions,
  ready?: ReadyRelease,
): Promise<ReleaseEnd> {
  const prepared = ready ?? (await prepareRelease(ports, wanted, { ...options, known: hold.refs }))
  const { release, steps } = prepared
  if (prepared.kind === 'impossible') {
    return unopened(steps, nothingDriven, [cannotPack(ports.redact(prepared.detail))])
  }
  const { driven, integrities, packer } = prepared
  try {
    if (driven.failed.length > 0 || driven.held.length > 0) {
      await ports.tarballs.drop(release)
      return unopened(steps, driven, [])
    }
    const opened: JournalEvent = { kind: 'opened', release, ...wanted, steps, integrities }
    const { last } = options
    const opening = keepJournal({ ports, hold, release, ref: undefined, text: '', first: [opened], last })
    const keeper = await opening.catch(diskRefused)
    if ('code' in keeper) return unopened(steps, driven, [keeper])
    let end: PreparedEnd | undefined
    const prepare = (): void => void (end = prepareEnd({ ports, hold, keeper }))
    const isShort = wanted.units.length <= mostPrepared
    const stop = stopOf(await keeper.push([], [], isShort ? prepare : undefined))
    if (stop !== undefined) return { ...(await abandoned(keeper, steps, stop)), driven }
    return await goForward(ports, hold, keeper, { ...options, packer, before: driven, prepared: end })
  } finally {
    await prepared.close()
  }
}

/** The end of more than this takes longer to prepare than a journal to be pushed, and the first upload does not wait. */
const mostPrepared = 100

/** Everything is packed, and nothing has begun. */
export type ReadyRelease = { readonly release: string; readonly steps: readonly ForwardStep[] } & (
  | { readonly kind: 'impossible'; readonly detail: string }
  | {
      readonly kind: 'packed'
      readonly packer: ReleasePacker
      readonly driven: DriveResult
      readonly integrities: Readonly<Record<StepId, Integrity>>
      close(): Promise<void>
    }
)

export async function prepareRelease(
  ports: ReleasePorts,
  wanted: NewRelease,
  { known, ...options }: CarryOptions & { readonly known: ReadonlyMap<string, Sha> },
): Promise<ReadyRelease> {
  const { units, promotion, commit } = wanted
  const release = ports.clock.releaseId(known.keys())
  const steps = releaseSteps(units, promotion)
  const ready = await ports.packerAt(commit, release)
  if (ready.kind === 'impossible') return { ...ready, release, steps }
  const { packer, close } = ready
  const { redact, clock } = ports
  const effects = prepareEffects({ units, packer, redact, keep: (tarball) => ports.tarballs.keep(release, tarball) })
  const before = steps.filter((step) => step.kind === 'pack' || step.kind === 'check')
  const driving = drive({ ...options, steps: before, effects: { ...noEffects, ...effects }, clock })
  driving.catch(close)
  const driven = await driving
  const integrities = units.flatMap((unit) => {
    const tarball = effects.tarballs.get(unit.name)
    return tarball === undefined ? [] : [[`upload:${unit.name}@${unit.version}`, tarball.integrity] as const]
  })
  return { kind: 'packed', release, steps, packer, driven, integrities: Object.fromEntries(integrities), close }
}

/** Of a release that will not be begun after all. */
export async function dropPrepared(ports: ReleasePorts, ready: ReadyRelease | undefined): Promise<void> {
  if (ready === undefined || ready.kind === 'impossible') return
  await ready.close()
  await ports.tarballs.drop(ready.release)
}

function unopened(steps: readonly Step[], driven: DriveResult, problems: readonly Problem[]): ReleaseEnd {
  return { release: undefined, state: 'unopened', progress: undefined, steps, driven, problems }
}
