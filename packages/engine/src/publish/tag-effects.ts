/**
 * The last steps of a release: its git tags, made together and pushed together.
 */
import type { PushStep } from '@topsail/core'
import type { Attempt, Effects } from './drive.ts'
import { failed, problemOf } from './attempt.ts'
import type { Redact } from './secrets.ts'
import type { TagWriter } from './tags.ts'

export type TagEffectsOptions = {
  readonly tags: TagWriter
  /** Undefined: there is none to push to. */
  readonly remote: string | undefined
  readonly redact: Redact
  /** Whoever made them may have been another clone. */
  readonly resumed: boolean
  /** Pushes them with what else belongs to the end of the release; undefined where they have to go alone. */
  together(step: PushStep): Promise<Attempt | undefined>
}

export function tagEffects({
  tags,
  remote,
  redact,
  resumed,
  together,
}: TagEffectsOptions): Pick<Effects, 'tag' | 'push'> {
  return {
    async tag(step) {
      const failure = await tags.make(step.tags)
      return failure === undefined ? { kind: 'done' } : failed({ code: 'TAGS_NOT_MADE', detail: redact(failure) })
    },
    async push(step, trial) {
      const unmade = resumed ? await tags.make(step.tags) : undefined
      if (unmade !== undefined) return failed({ code: 'TAGS_NOT_MADE', detail: redact(unmade) })
      const joined = trial.attempt === 1 ? await together(step) : undefined
      if (joined !== undefined) return joined
      const to = remote ?? 'origin'
      const failure = await tags.push(
        to,
        step.tags.map((tag) => tag.tag),
      )
      if (failure === undefined) return { kind: 'done' }
      const detail = redact(failure)
      const problem = problemOf({ code: 'TAGS_NOT_PUSHED', remote: to, detail })
      // A remote that has decided does not decide otherwise a second later.
      if (/rejected|denied|declined/i.test(failure)) return { kind: 'failed', problem }
      return { kind: 'again', detail, problem }
    },
  }
}
