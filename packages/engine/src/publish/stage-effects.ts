/**
 * What the steps of a staged release do instead: an upload goes into the registry's staging area, confirming looks for
 * it there, and promoting is the approval. What is public already was approved, by us or by a person at the registry.
 */
import type { ConfirmStep, PromoteStep, UploadStep } from '@topsail/core'
import type { Attempt, Trial } from './drive.ts'
import { failed, problemOf } from './attempt.ts'
import type { Lookup, Registry } from './registry.ts'
import type { RegistryFailure } from './registry-failure.ts'

/** A registry as a staged upload sees it: what is staged is there. */
function stagedView(registry: Registry): Pick<Registry, 'lookup' | 'confirm' | 'upload'> {
  const lookup: Registry['lookup'] = async (name, version) => {
    const live = await registry.lookup(name, version)
    if (live.kind !== 'absent' || registry.staging === undefined) return live
    return registry.staging.lookupStaged(name, version)
  }
  return {
    lookup,
    confirm: lookup,
    upload: (request) =>
      registry.staging?.stage(request) ??
      Promise.resolve({ kind: 'refused', detail: 'the registry has no staging area' }),
  }
}

export function viewOf(
  step: UploadStep | ConfirmStep,
  registryAt: (url: string) => Registry,
): Pick<Registry, 'lookup' | 'confirm' | 'upload'> {
  const registry = registryAt(step.registry)
  return step.staged === true ? stagedView(registry) : registry
}

export type ApproveOptions = {
  registryAt(url: string): Registry
  /** Whether bytes that are public are ours. */
  compared(found: Extract<Lookup, { kind: 'present' }>): Attempt
}

/** Done when the registry serves what was approved. */
export async function approve(step: PromoteStep, trial: Trial, options: ApproveOptions): Promise<Attempt> {
  const { name, version, registry: url } = step
  const registry = options.registryAt(url)
  const again = (detail: string, after?: number): Attempt => {
    const seconds = Math.round(trial.elapsed / 1000)
    const problem = problemOf({ code: 'CONFIRM_TIMED_OUT', name, version, registry: url, seconds, detail })
    return { kind: 'again', after, detail, problem }
  }
  const live = await registry.lookup(name, version)
  if (live.kind === 'unreachable') return again(live.detail, live.retryAfter)
  if (live.kind === 'present') return options.compared(live)
  const staged = await registry.staging?.lookupStaged(name, version)
  if (staged?.kind === 'unreachable') return again(staged.detail, staged.retryAfter)
  if (staged?.kind !== 'present') return again('it is neither staged nor public yet')
  const ours = options.compared(staged)
  if (ours.kind !== 'done') return ours
  const outcome = await registry.staging?.approve(name, version)
  if (outcome === undefined || outcome.kind === 'done') return again('it is approved, and not served yet')
  return refusal(outcome, step, again)
}

function refusal(
  outcome: RegistryFailure,
  { name, version, registry }: PromoteStep,
  again: (detail: string, after?: number) => Attempt,
): Attempt {
  switch (outcome.kind) {
    case 'unknown':
      return again(outcome.detail, outcome.retryAfter)
    case 'taken':
      return again(outcome.detail)
    case 'refused':
      return failed({ code: 'UPLOAD_REFUSED', name, version, registry, detail: outcome.detail })
    case 'unauthorised': {
      const { oneTimePassword, detail } = outcome
      return failed({ code: 'UPLOAD_UNAUTHORISED', name, registry, oneTimePassword, detail })
    }
  }
}
