/**
 * What was measured of one size at one distance: every run of every contender.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cost, Outcome } from '../measure.ts'
import { median } from '../statistics.ts'
import type { ContenderName, LeftOut } from './contenders.ts'
import type { Timeline } from './timeline.ts'

export type Run = {
  readonly name: ContenderName
  readonly outcome: Outcome
  /** Undefined when nothing was uploaded. */
  readonly timeline: Timeline | undefined
}

export type Scene = {
  readonly packages: number
  /** Milliseconds added to every request. */
  readonly distance: number
  /** Earlier versions of all packages were there. */
  readonly published: boolean
  /** Packages in the longest chain of dependencies. */
  readonly chain: number
  readonly runs: readonly Run[]
  readonly leftOut: readonly LeftOut[]
}

/** The median over the runs that published everything. */
export function medianCost(scene: Scene, name: ContenderName, what: keyof Cost): number | undefined {
  const costs = doneRuns(scene, name).map(({ outcome }) => (outcome.kind === 'done' ? outcome.cost[what] : undefined))
  return median(costs.filter((cost) => cost !== undefined))
}

export type Span = Exclude<keyof Timeline, 'requests'>

export function medianSpan(scene: Scene, name: ContenderName, what: Span): number | undefined {
  return median(doneRuns(scene, name).flatMap(({ timeline }) => timeline?.[what] ?? []))
}

export function doneRuns(scene: Scene, name: ContenderName): readonly Run[] {
  return scene.runs.filter((run) => run.name === name && run.outcome.kind === 'done')
}

/** Nobody who waits until a dependency is served is done sooner than this. */
export function criticalPath(scene: Scene): number | undefined {
  const upload = medianSpan(scene, 'topsail publish', 'oneUpload')
  const confirm = medianSpan(scene, 'topsail publish', 'oneConfirm')
  return upload === undefined || confirm === undefined ? undefined : scene.chain * (upload + confirm)
}

type Manifest = { readonly name: string } & Readonly<Record<string, Readonly<Record<string, string>> | undefined>>

/** Of what whoever installs a package gets too: dev dependencies keep nobody waiting. */
export function longestChain(dir: string): number {
  const folder = join(dir, 'packages')
  const manifests = readdirSync(folder).map(
    (name) => JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as Manifest,
  )
  const byName = new Map(manifests.map((manifest) => [manifest.name, manifest]))
  const lengths = new Map<string, number>()
  const lengthOf = (name: string): number => {
    const manifest = byName.get(name)
    const known = lengths.get(name)
    if (manifest === undefined || known !== undefined) return known ?? 0
    const needs = ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap((field) =>
      Object.keys(manifest[field] ?? {}),
    )
    const length = 1 + Math.max(0, ...needs.map(lengthOf))
    lengths.set(name, length)
    return length
  }
  return Math.max(...manifests.map(({ name }) => lengthOf(name)))
}
