/**
 * How each effect of a release is taken back. The world is asked first, and only what is still as this release left it
 * is touched: a dist-tag that somebody moved since, or a version with other bytes, is theirs. What a registry refuses
 * to take back is left and named, and nothing waits for it.
 */
import type { AnnounceStep, Evidence, Progress, PromoteStep, StepId, UploadStep, Version } from '@topsail/core'
import { candidateTag, holdsIntegrity, stepId } from '@topsail/core'
import { failed, problemOf } from '../publish/attempt.ts'
import type { Attempt, Effects, Trial } from '../publish/drive.ts'
import type { Registry } from '../publish/registry.ts'
import type { ChangeOutcome } from '../publish/registry-changes.ts'
import { announcedRelease } from './announce-effect.ts'
import type { ReleasePorts } from './ports.ts'

export type UndoOptions = {
  readonly ports: Pick<ReleasePorts, 'registryAt' | 'tags' | 'branches' | 'announcers' | 'clock' | 'redact'>
  readonly progress: Progress
  /** The journal knows of everything that was begun. */
  readonly complete: boolean
  readonly remote: string | undefined
}

/** One run on the way back. `since`: when it began; all that was sent forwards was sent before. */
type Undoing = UndoOptions & { readonly since: number; readonly seen: Set<StepId> }

export function undoEffects(given: UndoOptions): Pick<Effects, 'undo' | 'revert'> {
  const options: Undoing = { ...given, since: given.ports.clock.now(), seen: new Set() }
  const { ports, remote } = options
  return {
    async undo({ of, evidence, id }, trial) {
      switch (of.kind) {
        case 'upload':
          return undoUpload(of, id, trial, options)
        case 'promote':
          return putBack(of, { ...of, was: wasOf(evidence, of) }, id, trial, options)
        case 'tag':
          return textAttempt(await ports.tags.remove(of.tags), id, trial, options)
        case 'push':
          return remote === undefined
            ? { kind: 'done', left: 'there is no remote to delete tags at' }
            : textAttempt(await ports.tags.removeRemote(remote, of.tags), id, trial, options)
        case 'announce':
          return withdraw(of, id, trial, options)
        default:
          return { kind: 'done' }
      }
    },
    async revert(step) {
      const outcome = await ports.branches.make(step)
      if (outcome.kind !== 'failed') return { kind: 'done' }
      const detail = ports.redact(outcome.detail)
      return { kind: 'done', left: `manifests and changesets were not taken back: ${detail}` }
    },
  }
}

const gone = 'the version is gone, and can never be used again'
const deprecated = 'the version stays in the registry, deprecated'
const partsOf = (left: string): readonly string[] => left.split('; ')

/**
 * Without what is told before a rollback starts (`leftoversOf`): versions stay, and `latest` stays with the `first` one
 * of a package where the registry insists on it.
 */
export function unforeseen(left: string, first: boolean): string {
  const isForeseen = (part: string): boolean =>
    part === gone || part === deprecated || (first && part.startsWith('latest stays:'))
  return partsOf(left)
    .filter((part) => !isForeseen(part))
    .join('; ')
}

/** What of it cannot be taken back is left: the set that is live again is recorded all the same. */
async function withdraw(step: AnnounceStep, id: string, trial: Trial, options: UndoOptions): Promise<Attempt> {
  const { ports, progress, complete } = options
  if (complete && !progress.steps.has(step.id)) return { kind: 'done' }
  const left: string[] = []
  for (const announcer of ports.announcers) {
    const outcome = await announcer.withdraw(announcedRelease(step, progress))
    if (outcome.kind === 'unknown') return again(ports.redact(outcome.detail), outcome.after, id, trial)
    const stays = outcome.kind === 'refused' ? outcome.detail : outcome.left
    if (stays !== undefined) left.push(`${announcer.name}: ${ports.redact(stays)}`)
  }
  return left.length === 0 ? { kind: 'done' } : { kind: 'done', left: left.join('; ') }
}

function wasOf(evidence: Evidence, step: PromoteStep): Version | null {
  return Object.hasOwn(evidence, 'was') ? (evidence['was'] ?? null) : step.was
}

type Move = { readonly distTag: string; readonly was: Version | null }

async function undoUpload(step: UploadStep, id: string, trial: Trial, options: Undoing): Promise<Attempt> {
  const registry = options.ports.registryAt(step.registry)
  const rejected = step.staged === true ? await rejectStaged(step, registry, id, trial) : undefined
  if (rejected !== undefined) return rejected
  const found = await registry.lookup(step.name, step.version)
  if (found.kind === 'unreachable') return again(found.detail, found.retryAfter, id, trial)
  if (found.kind === 'absent') return notShown(step, id, trial, options)
  options.seen.add(step.id)
  const ours = options.progress.integrities.get(step.id) ?? []
  const listed = found.integrity
  const isOurs = listed === undefined || ours.some((one) => holdsIntegrity(listed, one))
  if (!isOurs) return { kind: 'done' }

  const before = options.progress.opened.units.find((unit) => unit.name === step.name)?.upload
  const moves: Move[] = [{ distTag: step.distTag, was: step.distTag === candidateTag ? null : step.was }]
  if (step.first && before !== undefined) moves.push({ distTag: 'latest', was: null })
  const left: string[] = []
  for (const move of moves) {
    const outcome = await putBack(step, move, id, trial, options)
    if (outcome.kind !== 'done') return outcome
    if (outcome.left !== undefined) left.push(outcome.left)
  }
  const taken = await takeAway(step, before?.was ?? null, registry, options)
  if (taken.kind !== 'done') return changeAttempt(taken, id, trial)
  if (taken.left !== undefined) left.push(taken.left)
  return left.length === 0 ? { kind: 'done' } : { kind: 'done', left: left.join('; ') }
}

/**
 * Registries show some time later what they have accepted, and a request of a dead run may still be on its way: what
 * may have been sent is waited for, so that it does not appear behind our back. What was seen once is not awaited like
 * that: somebody took it away, most likely the run before. All of them are waited for at the same time.
 */
function notShown(step: UploadStep, id: string, trial: Trial, options: Undoing): Attempt {
  const { ports, progress, complete, since, seen } = options
  // Only an approval leads from the staging area to where it may be seen, and is done when it is.
  const sent = progress.steps.get(step.staged === true ? stepId('promote', step) : step.id)
  const wasSent = sent !== undefined && sent.state !== 'refused' && !('refused' in sent)
  if (complete && !wasSent) return { kind: 'done' }
  const confirming = stepId(step.staged === true ? 'promote' : 'confirm', step)
  const wasSeen = seen.has(step.id) || progress.steps.get(confirming)?.state === 'done'
  const longest = sent?.state === 'done' && !wasSeen ? longestUnseen : longestOnItsWay
  if (ports.clock.now() - since < longest) return again('it is not listed', undefined, id, trial)
  if (wasSeen) return progress.unpublish ? { kind: 'done', left: gone } : { kind: 'done' }
  return wasSent ? { kind: 'done', left: 'it was sent and is not to be seen; it may still appear' } : { kind: 'done' }
}

/** Milliseconds: what the registry said it has, and what may never have arrived. */
const longestUnseen = 5 * 60_000
const longestOnItsWay = 30_000

/** Undefined when it is not staged any more; what was approved meanwhile is public. */
async function rejectStaged(
  { name, version }: UploadStep,
  { staging }: Registry,
  id: string,
  trial: Trial,
): Promise<Attempt | undefined> {
  const staged = await staging?.lookupStaged(name, version)
  if (staged === undefined || staged.kind === 'absent') return undefined
  if (staged.kind === 'unreachable') return again(staged.detail, staged.retryAfter, id, trial)
  const outcome = await staging?.reject(name, version)
  return outcome === undefined ? undefined : changeAttempt(outcome, id, trial)
}

/** Unpublished where that was asked for and is allowed, else marked so that nobody takes it for good. */
async function takeAway(
  { name, version }: UploadStep,
  replacement: Version | null,
  registry: Registry,
  { progress }: UndoOptions,
): Promise<ChangeOutcome & { readonly left?: string }> {
  if (progress.unpublish) {
    const outcome = await registry.unpublish(name, version)
    if (outcome.kind === 'done') return { ...outcome, left: gone }
    if (outcome.kind === 'unknown') return outcome
  }
  const instead = replacement === null ? '' : ` Use ${replacement} instead.`
  const outcome = await registry.deprecate(name, version, `This version was rolled back.${instead}`)
  return outcome.kind === 'done' ? { ...outcome, left: deprecated } : outcome
}

/** Leads a dist-tag back to where it led, if it still leads to our version. */
async function putBack(
  { name, version, registry: url }: UploadStep | PromoteStep,
  { distTag, was }: Move,
  id: string,
  trial: Trial,
  { ports }: UndoOptions,
): Promise<Attempt> {
  const registry = ports.registryAt(url)
  const facts = await registry.facts(name)
  if (facts.kind === 'unreachable') return again(facts.detail, facts.retryAfter, id, trial)
  const now = facts.distTags.get(distTag)
  if (now !== version) {
    const isBack = (now ?? null) === was || distTag === candidateTag
    return isBack ? { kind: 'done' } : { kind: 'done', left: `${distTag} leads to ${now ?? 'nothing'} by now` }
  }
  const outcome = await registry.setDistTag(name, distTag, was ?? undefined)
  if (outcome.kind === 'refused') return { kind: 'done', left: `${distTag} stays: ${outcome.detail}` }
  return changeAttempt(outcome, id, trial)
}

function changeAttempt(outcome: ChangeOutcome, id: string, trial: Trial): Attempt {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'done' }
    case 'unknown':
      return again(outcome.detail, outcome.retryAfter, id, trial)
    case 'taken':
      return again(outcome.detail, undefined, id, trial)
    case 'refused':
      return { kind: 'done', left: outcome.detail }
    case 'unauthorised':
      return failed({ code: 'UNDO_FAILED', step: id, attempts: trial.attempt, detail: outcome.detail })
  }
}

function textAttempt(failure: string | undefined, id: string, trial: Trial, { ports }: UndoOptions): Attempt {
  return failure === undefined ? { kind: 'done' } : again(ports.redact(failure), undefined, id, trial)
}

function again(detail: string, after: number | undefined, id: string, trial: Trial): Attempt {
  const problem = problemOf({ code: 'UNDO_FAILED', step: id, attempts: trial.attempt, detail })
  return { kind: 'again', after, detail, problem }
}
