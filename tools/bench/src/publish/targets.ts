/**
 * What Topsail has set itself for publishing, and whether this run shows it.
 */
import type { ContenderName } from './contenders.ts'
import { criticalPath, medianCost, medianSpan, type Scene } from './results.ts'
import { verdictOf, type Verdict } from '../targets.ts'

/** The targets of what was run. */
export function judge(scenes: readonly Scene[]): readonly Verdict[] {
  return scenes.flatMap((scene) => (scene.distance === 0 ? nearby(scene) : faraway(scene)))
}

function nearby(scene: Scene): readonly Verdict[] {
  const where = `${scene.packages} packages${next(scene)}, loopback`
  const wall = (name: ContenderName): number | undefined => medianCost(scene, name, 'wall')
  const upload = (name: ContenderName): number | undefined => medianSpan(scene, name, 'upload')
  return [
    atMost(
      `${where}: a release takes no longer than pnpm -r publish`,
      wall('topsail publish'),
      wall('pnpm -r publish'),
      1,
    ),
    atMost(`${where}: uploading takes at most 1.3 times the floor`, upload('topsail publish'), upload('floor'), 1.3),
  ]
}

function faraway(scene: Scene): readonly Verdict[] {
  const where = `${scene.packages} packages${next(scene)}, +${scene.distance} ms`
  const faster = ratio(medianCost(scene, 'pnpm -r publish', 'wall'), medianCost(scene, 'topsail publish', 'wall'))
  const uploads = medianSpan(scene, 'topsail publish', 'uploadAndConfirm')
  const path = criticalPath(scene)
  const length = path === undefined ? '' : ` (${scene.chain} packages, ${path.toFixed(1)} s)`
  return [
    ...(scene.packages < 300
      ? []
      : [
          {
            says: `${where}: a release is at least 6 times faster than pnpm -r publish`,
            figure: faster === undefined ? '-' : `${faster.toFixed(1)} times`,
            verdict: verdictOf(faster === undefined ? undefined : faster >= 6),
          },
        ]),
    atMost(`${where}: uploading and confirming takes at most 1.3 times its critical path${length}`, uploads, path, 1.3),
  ]
}

function next({ published }: Scene): string {
  return published ? ', next version' : ''
}

function atMost(says: string, of: number | undefined, to: number | undefined, limit: number): Verdict {
  const times = ratio(of, to)
  return {
    says,
    figure: times === undefined ? '-' : `${times.toFixed(2)} times`,
    verdict: verdictOf(times === undefined ? undefined : times <= limit),
  }
}

function ratio(of: number | undefined, to: number | undefined): number | undefined {
  return of === undefined || to === undefined || to === 0 ? undefined : of / to
}
