/**
 * What the steps of an npm release do: one attempt each, and what its answer means. After an answer that says nothing
 * (a reset, a 5xx, a lost reply, a run that died) the registry is asked before anything is sent again; what it has
 * under an integrity of ours is ours, whoever saw the reply. Nothing counts as published before the registry serves it.
 */
import type {
  ConfirmStep,
  Evidence,
  ForwardStep,
  Integrity,
  Problem,
  PromoteStep,
  StepId,
  UnmarkStep,
  UploadStep,
  Version,
} from '@topsail/core'
import { holdsIntegrity, stepId } from '@topsail/core'
import type { Attempt, Effects, Trial } from './drive.ts'
import { failed, problemOf } from './attempt.ts'
import type { Tarball } from './pack/tarball.ts'
import type { Lookup, Registry } from './registry.ts'
import type { ChangeOutcome } from './registry-changes.ts'
import { approve, viewOf } from './stage-effects.ts'

export type NpmEffectsOptions = {
  registryAt(url: string): Registry
  tarballOf(step: UploadStep): Promise<Tarball | undefined>
  read(tarball: Tarball): Promise<Buffer>
  /** Every integrity ever recorded for an upload; each counts as ours. */
  integritiesOf(upload: StepId): readonly Integrity[]
  /** An earlier run may have sent it already. */
  readonly resumed: boolean
  /** A person has approved what is staged. */
  readonly approved: boolean
  /** What is staged, for the person who has to approve it. */
  readonly staged: readonly string[]
  /** Called once for each package that is confirmed by this run. */
  afterConfirm(step: ConfirmStep): Promise<void>
}

export type NpmEffects = Pick<Effects, 'upload' | 'confirm' | 'gate' | 'promote' | 'unmark'> & {
  /** What has to be known to undo a step, asked before it is done. Undefined when the registry does not say. */
  evidenceOf(step: ForwardStep): Promise<Evidence | undefined>
}

export function npmEffects(options: NpmEffectsOptions): NpmEffects {
  /** Registries that refuse our credentials; nothing more is sent to them. */
  const shut = new Map<string, Problem>()
  /** Where dist-tags led when a package was confirmed: what to go back to, without another question. */
  const seen = new Map<StepId, ReadonlyMap<string, Version>>()
  return {
    async upload(step, trial) {
      const problem = shut.get(step.registry)
      if (problem !== undefined) return { kind: 'failed', problem: { ...problem, name: step.name } as Problem }
      const attempt = await upload(step, trial, options)
      if (attempt.kind === 'failed' && attempt.problem.code === 'UPLOAD_UNAUTHORISED')
        shut.set(step.registry, attempt.problem)
      return attempt
    },
    async confirm(step, trial) {
      const found = await viewOf(step, options.registryAt).confirm(step.name, step.version)
      if (found.kind !== 'present') return notServed(step, trial, found)
      const attempt = compared(step, found, options)
      if (attempt.kind !== 'done') return attempt
      if (found.distTags !== undefined) seen.set(stepId('promote', step), found.distTags)
      await options.afterConfirm(step)
      return attempt
    },
    async gate(step) {
      if (step.staged !== true || options.approved) return { kind: 'done' }
      return failed({ code: 'APPROVAL_WANTED', versions: options.staged })
    },
    promote: (step, trial) =>
      step.staged === true
        ? approve(step, trial, { ...options, compared: (found) => compared(step, found, options) })
        : moveTag(step, step.version, trial, options),
    unmark: (step, trial) => moveTag(step, undefined, trial, options),
    async evidenceOf(step): Promise<Evidence | undefined> {
      if (step.kind === 'upload') return { distTag: step.distTag, was: step.was }
      if (step.kind !== 'promote') return {}
      const tags = seen.get(step.id) ?? (await distTagsOf(step, options))
      if (tags === undefined) return undefined
      const now = tags.get(step.distTag)
      // A first release has the tag from its upload on; then what was there before that counts.
      return { was: now === step.version ? step.was : (now ?? null) }
    },
  }
}

async function distTagsOf(
  { name, registry }: PromoteStep,
  { registryAt }: NpmEffectsOptions,
): Promise<ReadonlyMap<string, Version> | undefined> {
  const facts = await registryAt(registry).facts(name)
  return facts.kind === 'known' ? facts.distTags : undefined
}

async function upload(step: UploadStep, trial: Trial, options: NpmEffectsOptions): Promise<Attempt> {
  const registry = viewOf(step, options.registryAt)
  const about = { name: step.name, version: step.version, registry: step.registry }
  const again = (detail: string, after: number | undefined, unsent = false): Attempt => {
    const problem = problemOf({ code: 'UPLOAD_GAVE_UP', ...about, attempts: trial.attempt, detail })
    return { kind: 'again', after, detail, problem, unsent }
  }
  if (trial.attempt > 1 || options.resumed) {
    const found = await registry.lookup(step.name, step.version)
    if (found.kind === 'unreachable') return again(found.detail, found.retryAfter, true)
    if (found.kind === 'present') return compared(step, found, options)
  }
  const tarball = await options.tarballOf(step)
  if (tarball === undefined) return failed({ code: 'PACK_FAILED', name: step.name, detail: 'its tarball is missing' })
  const bytes = await options.read(tarball)
  const { distTag, access } = step
  const outcome = await registry.upload({ tarball, bytes, distTag, access })
  switch (outcome.kind) {
    case 'stored':
      return { kind: 'done' }
    case 'unknown': {
      const attempt = again(outcome.detail, outcome.retryAfter, outcome.unsent)
      if (outcome.page !== true || trial.attempt < mostPages || attempt.kind !== 'again') return attempt
      // Whoever wants somebody to log in will not be content with another upload; what they let through may be there.
      const found = await registry.lookup(step.name, step.version)
      return found.kind === 'present' ? compared(step, found, options) : { kind: 'failed', problem: attempt.problem }
    }
    case 'taken': {
      const found = await registry.lookup(step.name, step.version)
      if (found.kind === 'present') return compared(step, found, options)
      // There, but not shown yet: confirming waits until it is, and compares then.
      return outcome.certain ? { kind: 'done' } : again(outcome.detail, undefined)
    }
    case 'refused':
      return failed({ code: 'UPLOAD_REFUSED', ...about, detail: outcome.detail })
    case 'unauthorised': {
      const { detail, oneTimePassword } = outcome
      return failed({ code: 'UPLOAD_UNAUTHORISED', name: step.name, registry: step.registry, oneTimePassword, detail })
    }
  }
}

/** Uploads that a web page answered. */
const mostPages = 3

function notServed(
  step: ConfirmStep,
  trial: Trial,
  found: Exclude<Awaited<ReturnType<Registry['confirm']>>, { kind: 'present' }>,
): Attempt {
  const detail = found.kind === 'absent' ? 'it is not listed' : found.detail
  const seconds = Math.round(trial.elapsed / 1000)
  const about = { name: step.name, version: step.version, registry: step.registry }
  const problem = problemOf({ code: 'CONFIRM_TIMED_OUT', ...about, seconds, detail })
  if (found.kind !== 'unreachable') return { kind: 'again', detail, problem }
  // A refusal is no delay: past a moment's disorder nothing will come of waiting.
  if (found.refused === true && trial.elapsed > longestRefusal) return { kind: 'failed', problem }
  return { kind: 'again', after: found.retryAfter, detail, problem }
}

/** Milliseconds. */
const longestRefusal = 20_000

async function moveTag(
  step: PromoteStep | UnmarkStep,
  version: Version | undefined,
  trial: Trial,
  { registryAt }: NpmEffectsOptions,
): Promise<Attempt> {
  const { name, distTag, registry } = step
  return tagMoved(await registryAt(registry).setDistTag(name, distTag, version), step, trial)
}

function tagMoved(outcome: ChangeOutcome, step: PromoteStep | UnmarkStep, trial: Trial): Attempt {
  if (outcome.kind === 'done') return { kind: 'done' }
  const { name, version, distTag, registry } = step
  const { detail } = outcome
  const problem = problemOf({
    code: 'DIST_TAG_NOT_MOVED',
    name,
    version,
    distTag,
    registry,
    attempts: trial.attempt,
    detail,
  })
  if (outcome.kind === 'unknown') return { kind: 'again', after: outcome.retryAfter, detail, problem }
  // Two writes to one package that met; the next attempt comes alone.
  return outcome.kind === 'taken' ? { kind: 'again', detail, problem } : { kind: 'failed', problem }
}

/** An old registry that keeps no integrity cannot tell ours from another's; it has the version, and that is all. */
function compared(
  step: UploadStep | ConfirmStep | PromoteStep,
  found: Extract<Lookup, { kind: 'present' }>,
  options: NpmEffectsOptions,
): Attempt {
  const ours = options.integritiesOf(stepId('upload', step))
  const listed = found.integrity
  if (listed === undefined || ours.some((one) => holdsIntegrity(listed, one))) return { kind: 'done' }
  const { name, version, registry } = step
  return failed({
    code: 'VERSION_TAKEN_BY_OTHER',
    name,
    version,
    registry,
    ours: ours.at(-1) ?? '',
    theirs: listed,
  })
}
