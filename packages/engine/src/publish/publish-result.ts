/**
 * What a publish came to, as data: what is published now, what already was, what failed and what that held back, which
 * tags were made, and what the same command will do when it is run again.
 */
import type {
  Integrity,
  PackageName,
  Problem,
  PublishedVersion,
  PublishUnit,
  Step,
  StepId,
  Version,
} from '@topsail/core'
import type { BuildPlan } from './build/plan-build.ts'
import type { DriveResult } from './drive.ts'
import type { Tarball } from './pack/tarball.ts'

export type PublishedPackage = PublishedVersion & {
  readonly registry: string
  readonly distTag: string
  readonly integrity: Integrity | undefined
}

export type FailedPackage = PublishedVersion & {
  readonly during: 'pack' | 'upload' | 'confirm'
  readonly problem: Problem
}

/** Not begun, because these failed. */
export type HeldPackage = PublishedVersion & { readonly by: readonly PackageName[] }

export type PublishResult = {
  /** Before the first step, and as failures of steps: everything that a person should read. */
  readonly problems: readonly Problem[]
  /** What this run set out to do; a dry run stops here. */
  readonly steps: readonly Step[]
  /** What is built before the first step; undefined when nothing is. */
  readonly build: BuildPlan | undefined
  readonly published: readonly PublishedPackage[]
  readonly alreadyThere: readonly PublishedVersion[]
  readonly failed: readonly FailedPackage[]
  readonly held: readonly HeldPackage[]
  readonly tags: { readonly made: readonly string[]; readonly pushed: readonly string[] }
  /** What the same command will do next time; all empty when there is nothing left. */
  readonly rerun: {
    readonly upload: readonly PublishedVersion[]
    /** Uploaded by this run and not yet served. */
    readonly confirm: readonly PublishedVersion[]
    readonly tag: readonly string[]
    readonly push: readonly string[]
  }
  readonly exitCode: 0 | 1
}

export type Outcome = {
  readonly problems: readonly Problem[]
  readonly steps: readonly Step[]
  readonly units: readonly PublishUnit[]
  readonly alreadyThere: readonly PublishedVersion[]
  readonly build: BuildPlan | undefined
  readonly driven: DriveResult
  tarballOf(name: PackageName): Tarball | undefined
}

export function publishResult(outcome: Outcome): PublishResult {
  const { driven, steps, units } = outcome
  const done = new Set(driven.done.map((step) => step.id))
  const problems = [...outcome.problems, ...driven.failed.map((failure) => failure.problem)]
  const uploads = units.filter((unit) => unit.upload !== undefined)
  const isDone = (kind: 'upload' | 'confirm', unit: PublishUnit): boolean =>
    done.has(`${kind}:${unit.name}@${unit.version}`)
  return {
    problems,
    steps,
    build: outcome.build,
    published: uploads.filter((unit) => isDone('confirm', unit)).flatMap((unit) => publishedPackage(unit, outcome)),
    alreadyThere: outcome.alreadyThere,
    failed: failedPackages(driven),
    held: heldPackages(driven),
    tags: { made: tagsOf(steps, 'tag', done), pushed: tagsOf(steps, 'push', done) },
    rerun: {
      upload: uploads.filter((unit) => !isDone('upload', unit)).map(versionOf),
      confirm: uploads.filter((unit) => isDone('upload', unit) && !isDone('confirm', unit)).map(versionOf),
      tag: missingTags(steps, 'tag', done),
      push: missingTags(steps, 'push', done),
    },
    exitCode: problems.some((problem) => problem.severity === 'error') || driven.held.length > 0 ? 1 : 0,
  }
}

/** Nothing was begun: a dry run, or a problem found before the first step. */
export function unstartedResult(outcome: Omit<Outcome, 'driven' | 'tarballOf'>): PublishResult {
  return publishResult({ ...outcome, driven: { done: [], failed: [], held: [] }, tarballOf: () => undefined })
}

function publishedPackage(unit: PublishUnit, outcome: Outcome): readonly PublishedPackage[] {
  if (unit.upload === undefined) return []
  const { registry, distTag } = unit.upload
  return [{ ...versionOf(unit), registry, distTag, integrity: outcome.tarballOf(unit.name)?.integrity }]
}

function failedPackages(driven: DriveResult): readonly FailedPackage[] {
  return driven.failed.flatMap(({ step, problem }) =>
    step.kind === 'pack' || step.kind === 'upload' || step.kind === 'confirm'
      ? [{ ...versionOf(step), during: step.kind, problem }]
      : [],
  )
}

/** By the upload that was held: confirming it would follow. */
function heldPackages(driven: DriveResult): readonly HeldPackage[] {
  const nameOf = new Map<StepId, PackageName>(
    driven.failed.flatMap(({ step }) => ('name' in step ? [[step.id, step.name] as const] : [])),
  )
  const held = new Map<string, { unit: PublishedVersion; by: Set<PackageName> }>()
  for (const { step, by } of driven.held) {
    if (step.kind !== 'upload') continue
    const known = held.get(step.id) ?? { unit: versionOf(step), by: new Set() }
    held.set(step.id, known)
    known.by.add(nameOf.get(by) ?? by)
  }
  return [...held.values()].map(({ unit, by }) => ({ ...unit, by: [...by].sort() }))
}

function tagsOf(steps: readonly Step[], kind: 'tag' | 'push', done: ReadonlySet<StepId>): readonly string[] {
  if (!done.has(kind)) return []
  return steps.flatMap((step) =>
    step.kind === kind
      ? step.tags.filter((tag) => tag.needs === undefined || done.has(tag.needs)).map((tag) => tag.tag)
      : [],
  )
}

function missingTags(steps: readonly Step[], kind: 'tag' | 'push', done: ReadonlySet<StepId>): readonly string[] {
  const there = new Set(tagsOf(steps, kind, done))
  const wanted = steps.flatMap((step) => (step.kind === kind ? step.tags.map((tag) => tag.tag) : []))
  return wanted.filter((tag) => !there.has(tag))
}

function versionOf({ name, version }: { readonly name: PackageName; readonly version: Version }): PublishedVersion {
  return { name, version }
}
