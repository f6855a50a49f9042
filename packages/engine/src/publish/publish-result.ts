/**
 * What a publish came to, as data: what is live now, what waits as a candidate, what failed and what that held back,
 * which tags were made, and what the same command will do when it is run again. A release that was resumed on the way
 * counts with the new one.
 */
import type {
  Integrity,
  PackageName,
  Problem,
  Promotion,
  PublishUnit,
  SetId,
  Step,
  StepId,
  TargetId,
  TargetKey,
  Version,
} from '@topsail/core'
import { parseTargetKey, stepId } from '@topsail/core'
import type { ReleaseEnd } from '../release/release-end.ts'
import type { BuildPlan } from './build/plan-build.ts'
import type { FailedStep } from './drive.ts'
import type { PlannedPublish } from './plan-publish.ts'

/** A package at one of its targets. */
export type UnitVersion = { readonly name: PackageName; readonly target: TargetId; readonly version: Version }

export type PublishedPackage = UnitVersion & {
  readonly registry: string
  readonly distTag: string
  readonly integrity: Integrity | undefined
}

export type FailedPackage = UnitVersion & {
  readonly during: 'pack' | 'upload' | 'confirm' | 'promote'
  readonly problem: Problem
}

/** Not begun, because these failed. */
export type HeldPackage = UnitVersion & { readonly by: readonly TargetKey[] }

export type ReleaseSummary = {
  readonly id: string
  readonly state: 'open' | 'finished' | 'rolled-back'
  readonly promotion: Promotion
  /** Begun by an earlier run. */
  readonly resumed: boolean
  /** The release set that it left, or, rolled back, the one that is live again. */
  readonly set: SetId | undefined
}

export type PublishResult = {
  /** Before the first step, and as failures of steps: everything that a person should read. */
  readonly problems: readonly Problem[]
  /** What this run set out to do; a dry run stops here. */
  readonly steps: readonly Step[]
  /** How versions become public; undefined when there is nothing to publish. */
  readonly promotion: Promotion | undefined
  /** What is built before the first step; undefined when nothing is. */
  readonly build: BuildPlan | undefined
  readonly releases: readonly ReleaseSummary[]
  readonly published: readonly PublishedPackage[]
  /** Confirmed, and not yet what people install. */
  readonly candidates: readonly UnitVersion[]
  readonly alreadyThere: readonly UnitVersion[]
  readonly failed: readonly FailedPackage[]
  readonly held: readonly HeldPackage[]
  readonly tags: { readonly made: readonly string[]; readonly pushed: readonly string[] }
  /** What the same command will do next time; all empty when there is nothing left. */
  readonly rerun: Rerun
  readonly exitCode: 0 | 1 | 3
}

export type Rerun = {
  readonly upload: readonly UnitVersion[]
  /** Uploaded by this run and not yet served. */
  readonly confirm: readonly UnitVersion[]
  readonly promote: readonly UnitVersion[]
  readonly tag: readonly string[]
  readonly push: readonly string[]
}

export type Outcome = {
  readonly problems: readonly Problem[]
  readonly planned?: PlannedPublish | undefined
  readonly resumed?: readonly ReleaseEnd[] | undefined
  readonly end?: ReleaseEnd | undefined
}

export function publishResult({ planned, resumed = [], end, problems }: Outcome): PublishResult {
  const ends = [...resumed, ...(end === undefined ? [] : [end])]
  const begun = resumed.flatMap((each) => each.left ?? each.steps)
  const parts = ends.map((each) => partOf(each, planned))
  const unstarted = end === undefined && planned !== undefined ? [unstartedPart(planned)] : []
  const all = [...parts, ...unstarted]
  const list = <Item>(of: (part: Part) => readonly Item[]): readonly Item[] => all.flatMap(of)
  const published = list((part) => part.published)
  const seen = new Set(published.map(idOf))
  const stopped = ends.flatMap((each) => [...each.problems, ...failuresOf(each)])
  const everything = [...problems, ...stopped]
  return {
    problems: withoutRepeats(everything),
    steps: [...begun, ...(planned?.steps ?? (end === undefined ? [] : (end.left ?? end.steps)))],
    promotion: planned === undefined || planned.steps.length === 0 ? undefined : planned.promotion,
    build: planned?.build,
    releases: ends.flatMap((each) => summaryOf(each, each !== end)),
    published,
    candidates: list((part) => part.candidates),
    alreadyThere: (planned?.alreadyThere ?? []).map(versionOf).filter((unit) => !seen.has(idOf(unit))),
    failed: list((part) => part.failed),
    held: list((part) => part.held),
    tags: { made: list((part) => part.tags.made), pushed: list((part) => part.tags.pushed) },
    rerun: {
      upload: list((part) => part.rerun.upload),
      confirm: list((part) => part.rerun.confirm),
      promote: list((part) => part.rerun.promote),
      tag: list((part) => part.rerun.tag),
      push: list((part) => part.rerun.push),
    },
    exitCode: exitCodeOf(ends, everything),
  }
}

/** A dry run: everything is still to be done. `begun`: what comes first of an open release. */
export function dryResult({ begun, ...outcome }: DryOutcome): PublishResult {
  const result = publishResult(outcome)
  return { ...result, steps: [...begun, ...result.steps] }
}

type DryOutcome = Pick<Outcome, 'planned' | 'problems'> & { readonly begun: readonly Step[] }

function exitCodeOf(ends: readonly ReleaseEnd[], problems: readonly Problem[]): PublishResult['exitCode'] {
  if (ends.some((end) => end.state === 'open')) return 3
  return problems.some((problem) => problem.severity === 'error') ? 1 : 0
}

function failuresOf({ driven }: ReleaseEnd): readonly Problem[] {
  return driven.failed.map((failure) => failure.problem)
}

/** A lost lease stops every step that is under way; once is enough to say so. */
function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>()
  return problems.filter((problem) => {
    if (problem.code !== 'LEASE_LOST' && problem.code !== 'LEASE_UNREACHABLE') return true
    return seen.has(problem.code) ? false : seen.add(problem.code)
  })
}

function summaryOf({ release, state, progress, set }: ReleaseEnd, resumed: boolean): readonly ReleaseSummary[] {
  if (release === undefined || state === 'unopened' || progress === undefined) return []
  return [{ id: release, state, promotion: progress.opened.promotion, resumed, set }]
}

type Part = Pick<PublishResult, 'published' | 'candidates' | 'failed' | 'held' | 'tags' | 'rerun'>

function partOf(end: ReleaseEnd, planned: PlannedPublish | undefined): Part {
  const isBack = end.progress?.direction === 'back'
  const units = isBack ? [] : (end.progress?.opened.units ?? planned?.units ?? [])
  const steps = isBack ? [] : end.steps
  const before = [...(end.progress?.steps ?? [])].filter(([, step]) => step.state === 'done').map(([id]) => id)
  const done = new Set<StepId>([...before, ...end.driven.done.map((step) => step.id)])
  const promotes = new Set(steps.filter((step) => step.kind === 'promote').map((step) => step.id))
  const uploads = units.filter((unit) => unit.upload !== undefined)
  const isDone = (kind: 'upload' | 'confirm' | 'promote', unit: PublishUnit): boolean => done.has(stepId(kind, unit))
  const waits = (unit: PublishUnit): boolean => promotes.has(stepId('promote', unit)) && !isDone('promote', unit)
  const confirmed = uploads.filter((unit) => isDone('confirm', unit))
  return {
    published: confirmed.filter((unit) => !waits(unit)).flatMap((unit) => publishedPackage(unit, end)),
    candidates: confirmed.filter(waits).map(versionOf),
    failed: failedPackages(end.driven.failed),
    held: heldPackages(end),
    tags: { made: tagsOf(steps, 'tag', done), pushed: tagsOf(steps, 'push', done) },
    rerun: {
      upload: uploads.filter((unit) => !isDone('upload', unit)).map(versionOf),
      confirm: uploads.filter((unit) => isDone('upload', unit) && !isDone('confirm', unit)).map(versionOf),
      promote: uploads.filter(waits).map(versionOf),
      tag: missingTags(steps, 'tag', done),
      push: missingTags(steps, 'push', done),
    },
  }
}

function unstartedPart(planned: PlannedPublish): Part {
  const end: ReleaseEnd = {
    release: undefined,
    state: 'unopened',
    progress: undefined,
    steps: planned.steps,
    driven: { done: [], failed: [], held: [] },
    problems: [],
  }
  return partOf(end, planned)
}

function publishedPackage(unit: PublishUnit, { progress }: ReleaseEnd): readonly PublishedPackage[] {
  if (unit.upload === undefined) return []
  const { registry, distTag } = unit.upload
  const integrity = progress?.integrities.get(stepId('upload', unit))?.at(-1)
  return [{ ...versionOf(unit), registry, distTag, integrity }]
}

function failedPackages(failed: readonly FailedStep[]): readonly FailedPackage[] {
  return failed.flatMap(({ step, problem }) =>
    step.kind === 'pack' || step.kind === 'upload' || step.kind === 'confirm' || step.kind === 'promote'
      ? [{ ...versionOf(step), during: step.kind, problem }]
      : [],
  )
}

/** By the upload that was held: what comes after it would follow. */
function heldPackages({ driven }: ReleaseEnd): readonly HeldPackage[] {
  const nameOf = new Map<StepId, TargetKey>(
    driven.failed.flatMap(({ step }) => ('name' in step ? [[step.id, step.name] as const] : [])),
  )
  const held = new Map<string, { unit: UnitVersion; by: Set<TargetKey> }>()
  for (const { step, by } of driven.held) {
    if (step.kind !== 'upload') continue
    const known = held.get(step.id) ?? { unit: versionOf(step), by: new Set() }
    held.set(step.id, known)
    known.by.add(nameOf.get(by) ?? by)
  }
  return [...held.values()].map(({ unit, by }) => ({ ...unit, by: [...by].sort() }))
}

function tagsOf(steps: readonly Step[], kind: 'tag' | 'push', done: ReadonlySet<StepId>): readonly string[] {
  return steps.flatMap((step) => (step.kind === kind && done.has(step.id) ? step.tags.map((tag) => tag.tag) : []))
}

function missingTags(steps: readonly Step[], kind: 'tag' | 'push', done: ReadonlySet<StepId>): readonly string[] {
  return steps.flatMap((step) => (step.kind === kind && !done.has(step.id) ? step.tags.map((tag) => tag.tag) : []))
}

function versionOf({ name, version }: { readonly name: TargetKey; readonly version: Version }): UnitVersion {
  return { ...parseTargetKey(name), version }
}

function idOf({ name, target, version }: UnitVersion): string {
  return `${target} ${name}@${version}`
}
