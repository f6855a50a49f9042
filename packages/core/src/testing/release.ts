/** Units and journals of releases from a few words, for tests. */
import { foldJournal, type JournalEvent, type JournalRecord, type Progress } from '../release/journal.ts'
import type { Promotion } from '../release/promotion.ts'
import type { PublishUnit, UploadTarget } from '../release/step.ts'
import { releaseSteps } from '../release/steps.ts'
import { packageOf } from '../release/targets.ts'

/** A package at 1.1.0 whose `latest` leads to 1.0.0. */
export function unitOf(name: string, needs: readonly string[] = [], upload: Partial<UploadTarget> = {}): PublishUnit {
  const target = { registry: 'r', distTag: 'latest', access: undefined, was: '1.0.0', first: false, ...upload }
  return { name, version: '1.1.0', dir: `packages/${packageOf(name)}`, needs, upload: target, tag: undefined }
}

type Opening = { readonly promotion?: Promotion; readonly commit?: string | null }

/** What a journal of these units says after these events. */
export function progressOf(
  units: readonly PublishUnit[],
  events: readonly JournalEvent[],
  { promotion = 'candidate', commit = null }: Opening = {},
): Progress {
  const integrities = Object.fromEntries(
    units.map(({ name, version }) => [`upload:${name}@${version}`, `sha512-${name}`]),
  )
  const steps = releaseSteps(units, promotion)
  const opened = { kind: 'opened', release: 'r1', commit, promotion, units, steps, integrities } as const
  const records = [opened, ...events].map((event, n): JournalRecord => ({ v: 1, n, at: '', fence: 1, ...event }))
  const folded = foldJournal(records)
  if (folded === undefined) throw new Error('it is opened')
  return folded
}

export const intentOf = (step: string): JournalEvent => ({ kind: 'intent', step, evidence: {} })
export const doneOf = (step: string): JournalEvent => ({ kind: 'outcome', step, outcome: 'done', detail: null })
