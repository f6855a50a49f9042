/**
 * The runs of publishing as text: one table for each size and distance, then the targets.
 */
import { columns, failureOf, mebibytes, seconds, times } from '../report.ts'
import type { Verdict } from '../targets.ts'
import type { SlowPackage } from '../simulation/slow-package.ts'
import type { ContenderName } from './contenders.ts'
import { criticalPath, doneRuns, medianCost, medianSpan, type Scene, type Span } from './results.ts'

const spans: readonly Span[] = ['prepare', 'upload', 'confirm', 'promote', 'rest']

export function renderScene(scene: Scene): string {
  const where = scene.distance === 0 ? 'on the loopback' : `every request ${scene.distance} ms later`
  const before = scene.published ? 'the next version of each' : 'the first version of each'
  const names = [...new Set(scene.runs.map(({ name }) => name))]
  const head = ['', 'wall s', 'min', 'cpu s', 'peak MiB', ...spans, 'at once', 'requests', 'to Topsail', 'runs']
  const path = criticalPath(scene)
  return [
    `${scene.packages} packages, the longest chain ${scene.chain}, ${before}, ${where}`,
    ...columns([head, ...names.map((name) => rowOf(scene, name))]),
    ...scene.leftOut.map(({ name, why }) => `  left out: ${name} (${why})`),
    ...(path === undefined ? [] : [`  critical path of uploading and confirming: ${seconds(path)} s`]),
    '',
  ].join('\n')
}

export function renderVerdicts(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return ''
  return ['Targets', ...columns(verdicts.map(({ says, figure, verdict }) => [verdict, says, figure])), ''].join('\n')
}

/** Of the schedule alone, on paper: nothing here depends on the machine. */
export function renderSlowPackage({ packages, layers, slow, ready, barriers }: SlowPackage): string {
  const row = (name: string, { even, slow: heavy }: SlowPackage['ready']): readonly string[] => [
    name,
    seconds(even),
    seconds(heavy),
    `+${seconds(heavy - even)}`,
  ]
  return [
    `One slow package on paper: ${packages} packages in ${layers} layers, 200 ms a request, one upload ${slow} s longer`,
    ...columns([
      ['', 'without', 'with', 'later'],
      row('as soon as dependencies are served', ready),
      row('layer after layer', barriers),
    ]),
    '',
  ].join('\n')
}

function rowOf(scene: Scene, name: ContenderName): readonly string[] {
  const runs = doneRuns(scene, name)
  if (runs.length === 0)
    return [name, failureOf(scene.runs.filter((run) => run.name === name).map((run) => run.outcome))]
  const wall = medianCost(scene, name, 'wall')
  const own = medianCost(scene, 'topsail publish', 'wall')
  const walls = runs.flatMap(({ outcome }) => (outcome.kind === 'done' ? [outcome.cost.wall] : []))
  const requests = Object.values(runs[0]?.timeline?.requests ?? {}).reduce((total, count) => total + count, 0)
  return [
    name,
    seconds(wall),
    seconds(Math.min(...walls)),
    seconds(medianCost(scene, name, 'cpu')),
    mebibytes(medianCost(scene, name, 'peak')),
    ...spans.map((span) => seconds(medianSpan(scene, name, span))),
    String(medianSpan(scene, name, 'mostUploads')),
    String(requests),
    times(wall === undefined || own === undefined ? undefined : wall / own),
    String(runs.length),
  ]
}
