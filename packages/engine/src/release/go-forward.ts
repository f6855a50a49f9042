/**
 * A release from its open journal to its end: the one loop over those of its steps that are not done. The copy of the
 * journal at the ref follows at the end of each phase.
 */
import type { Problem, Progress, Step } from '@topsail/core'
import { cleaned } from '../publish/attempt.ts'
import type { DriveEvent, DriveResult } from '../publish/drive.ts'
import { npmEffects } from '../publish/npm-effects.ts'
import { tagEffects } from '../publish/tag-effects.ts'
import { announceEffect, prepareEnd, type PreparedEnd } from './announce-effect.ts'
import { driveJournalled } from './drive-journalled.ts'
import type { Hold } from './hold.ts'
import type { JournalKeeper } from './journal-keeper.ts'
import type { ReleasePacker, ReleasePorts } from './ports.ts'
import { ended, type CarryOptions, type ReleaseEnd } from './release-end.ts'

export type ForwardOptions = CarryOptions & {
  readonly packer: ReleasePacker
  readonly resumed?: boolean
  /** What was driven before the journal was opened. */
  readonly before?: DriveResult
  /** What was made of its end already. */
  readonly prepared?: PreparedEnd | undefined
}

export async function goForward(
  ports: ReleasePorts,
  hold: Hold,
  keeper: JournalKeeper,
  options: ForwardOptions,
): Promise<ReleaseEnd> {
  const progress = keeper.progress()
  const { steps } = progress.opened
  const warnings: Problem[] = []
  const warn = (problem: Problem): void => void warnings.push(cleaned(problem, ports.redact))
  let { prepared } = options
  const announcing = announceEffect({ ports, hold, keeper, warn, prepared: () => prepared })
  const { evidenceOf, ...publishing } = publishingEffects(ports, progress, { ...options, warn })
  const effects = {
    ...publishing,
    ...tagEffects({
      tags: ports.tags,
      remote: options.remote,
      redact: ports.redact,
      resumed: options.resumed === true,
      together: announcing.together,
    }),
    announce: announcing.announce,
  }
  const driven = await driveJournalled(ports, hold, keeper, {
    ...options,
    steps,
    effects,
    evidenceOf,
    onEvent: (event) => {
      options.onEvent(event)
      // While registries have something to do.
      if (event.kind === 'step-done' && event.step.kind === 'upload') prepared ??= prepareEnd({ ports, hold, keeper })
      if (endsPhase(event) && !(announcing.joins && isPushedNext(event, steps))) keeper.pushMeanwhile()
    },
  })
  const end = await ended(keeper, 'finished', { steps, driven: joined(options.before, driven), warnings })
  return { ...end, set: announcing.set() }
}

type PublishingOptions = ForwardOptions & { readonly warn: (problem: Problem) => void }

function publishingEffects(ports: ReleasePorts, progress: Progress, options: PublishingOptions) {
  const { opened, integrities } = progress
  const { release, steps, units } = opened
  return npmEffects({
    registryAt: ports.registryAt,
    tarballOf: (step) => ports.tarballs.find(release, step),
    read: (tarball) => ports.tarballs.read(tarball),
    integritiesOf: (upload) => integrities.get(upload) ?? [],
    resumed: options.resumed === true,
    approved: options.approved === true,
    staged: steps.flatMap((step) =>
      step.kind === 'upload' && step.staged === true ? [`${step.name}@${step.version}`] : [],
    ),
    async afterConfirm({ name }) {
      const unit = units.find((each) => each.name === name)
      const warning = unit === undefined ? undefined : await options.packer.afterPublish(unit)
      if (warning !== undefined) options.warn(warning)
    },
  })
}

/** What comes next takes the journal along. */
function isPushedNext({ kind, ...event }: DriveEvent, steps: readonly Step[]): boolean {
  return (
    kind === 'step-started' && 'step' in event && event.step.kind === 'tag' && steps.some(({ kind }) => kind === 'push')
  )
}

function endsPhase(event: DriveEvent): boolean {
  const isConfirmed = event.kind === 'step-done' && event.step.kind === 'gate'
  const isPublic = event.kind === 'step-started' && event.step.kind === 'tag'
  return isConfirmed || isPublic
}

function joined(before: DriveResult | undefined, after: DriveResult): DriveResult {
  return before === undefined ? after : { ...after, done: [...before.done, ...after.done] }
}
