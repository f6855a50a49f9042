/**
 * The other ways into a release: an open journal is gone on with in the direction it has, or turned back. Nothing is
 * planned again; what of the frozen steps is not done is done, from the commit of the release.
 */
import { remainingSteps } from '@topsail/core'
import type { JournalEvent, Problem, Progress } from '@topsail/core'
import { problemOf } from '../publish/attempt.ts'
import { goBack } from './go-back.ts'
import { goForward } from './go-forward.ts'
import type { Hold } from './hold.ts'
import { keepJournal, stopOf, type JournalKeeper } from './journal-keeper.ts'
import type { ReleasePorts } from './ports.ts'
import {
  abandoned,
  cannotPack,
  ended,
  nothingDriven,
  stoppedBy,
  type CarryOptions,
  type ReleaseEnd,
} from './release-end.ts'
import { packAgain } from './repack.ts'
import type { StoredRelease } from './stored-release.ts'

export type ContinueOptions = CarryOptions & {
  /** From here on it goes back. */
  readonly turnBack?: { readonly unpublish: boolean } | undefined
}

export async function continueRelease(
  ports: ReleasePorts,
  hold: Hold,
  stored: StoredRelease,
  options: ContinueOptions,
): Promise<ReleaseEnd> {
  const { release, ref, text } = stored
  const first = firstRecords(hold, stored, options)
  const keeper = await keepJournal({ ports, hold, release, ref, text, first, last: options.last })
  const progress = keeper.progress()
  const { opened, direction, closed } = progress
  const { steps } = opened
  const left = remainingSteps(progress)
  const stop = stopOf(await keeper.push())
  if (stop !== undefined) return { ...(await abandoned(keeper, steps, stop)), left }
  if (closed !== undefined) return ended(keeper, closed, { steps, driven: nothingDriven, warnings: [] })
  const end = await (direction === 'back'
    ? goBack(ports, hold, keeper, { ...options, complete: stored.complete })
    : goOn(ports, hold, keeper, options))
  return { ...end, left: [...end.driven.done.filter(({ kind }) => kind === 'pack'), ...left] }
}

function firstRecords(hold: Hold, { progress }: StoredRelease, { turnBack }: ContinueOptions): readonly JournalEvent[] {
  // A run that died while it ended the release has left nothing but the end to be pushed.
  if (progress.closed !== undefined && turnBack === undefined) return []
  const continued = { kind: 'continued', holder: hold.holder } as const
  return turnBack === undefined ? [continued] : [continued, { kind: 'turned-back', ...turnBack }]
}

async function goOn(
  ports: ReleasePorts,
  hold: Hold,
  keeper: JournalKeeper,
  options: CarryOptions,
): Promise<ReleaseEnd> {
  const { opened } = keeper.progress()
  const { steps, commit, release } = opened
  const ready = await ports.packerAt(commit, release)
  if (ready.kind === 'impossible') {
    return stoppedBy(keeper, steps, { driven: nothingDriven, problems: [cannotPack(ports.redact(ready.detail))] })
  }
  try {
    const packed = await packAgain(ports, keeper, ready.packer, options)
    if (packed.problems.length > 0) return await stoppedBy(keeper, steps, packed)
    const unread = await adoptTags(ports, keeper.progress(), options.remote)
    if (unread !== undefined) return await stoppedBy(keeper, steps, { ...packed, problems: [unread] })
    return await goForward(ports, hold, keeper, {
      ...options,
      packer: ready.packer,
      resumed: true,
      before: packed.driven,
    })
  } finally {
    await ready.close()
  }
}

/** Another clone may have made and pushed them already, and its journal need not know of more than the making. */
async function adoptTags(
  { tags, redact }: ReleasePorts,
  progress: Progress,
  remote: string | undefined,
): Promise<Problem | undefined> {
  const left = progress.opened.steps.filter((step) => step.kind === 'tag' || step.kind === 'push')
  const wanted = left.filter(({ id }) => progress.steps.get(id)?.state !== 'done').flatMap((step) => step.tags)
  if (remote === undefined || wanted.length === 0) return undefined
  const failure = await tags.adopt(remote, [...new Map(wanted.map((tag) => [tag.tag, tag])).values()])
  if (failure === undefined) return undefined
  return problemOf({ code: 'GIT_REMOTE_UNREACHABLE', remote, detail: redact(failure) })
}
