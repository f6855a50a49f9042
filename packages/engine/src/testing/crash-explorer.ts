/**
 * Every point of every shape: each call of a release with each fate it can meet, each recovery; and again each call of
 * that recovery. A failure carries the story that tells it again.
 */
import { storyText, tell, type Entrances, type Story } from './crash.ts'
import type { Call, Misfortune } from './memory-line.ts'
import type { ReleaseShape } from './release-shapes.ts'

export type Exploration = {
  readonly points: number
  /** A line each, with the words that tell the story again. */
  readonly failures: readonly string[]
}

export type Density = {
  /** One of so many single misfortunes is tried; 1 tries all. */
  readonly every: number
  /** The same for pairs, the second during the recovery. */
  readonly pairs: number
  /** Stops after so many failures. */
  readonly most?: number
  /** Only shapes whose name has this in it. */
  readonly only?: string
}

const recoveries = ['resume', 'publish', 'rollback'] as const

export async function explore(
  shapes: readonly ReleaseShape[],
  entrances: Entrances,
  { every, pairs, most = 20, only = '' }: Density,
  onShape: (shape: ReleaseShape, points: number) => void = () => {},
): Promise<Exploration> {
  let points = 0
  let number = 0
  const failures: string[] = []
  const tellOne = async (shape: ReleaseShape, story: Story): Promise<readonly (readonly Call[])[]> => {
    points += 1
    const told = await tell(shape, story, entrances)
    if (told.failures.length > 0) {
      failures.push(
        `${shape.name}: ${told.failures.join('; ')}\n  pnpm crash tell ${storyText(shapes.indexOf(shape), story)}`,
      )
    }
    return told.runs
  }
  let rollbacks = 0
  const isOther = (): boolean => (rollbacks += 1) % 2 === 0
  const isTurn = (of: number): boolean => (number += 1) % of === 0

  for (const shape of shapes.filter(({ name }) => name.includes(only))) {
    const before = points
    const [calls = []] = (await tell(shape, { misfortunes: [], recovery: 'publish', fresh: false }, entrances)).runs
    for (const first of misfortunesIn(calls)) {
      for (const way of recoveries) {
        if (failures.length >= most) return { points, failures }
        if (!isTurn(every)) continue
        // Every other rollback takes the versions away.
        const recovery: Story['recovery'] = way === 'rollback' && isOther() ? 'unpublish' : way
        // Half of the recoveries start where nothing is known of the release.
        const story = { misfortunes: [first], recovery, fresh: number % 2 === 0 }
        const [, again = []] = await tellOne(shape, story)
        for (const second of misfortunesIn(again)) {
          if (failures.length < most && isTurn(pairs)) await tellOne(shape, { ...story, misfortunes: [first, second] })
        }
      }
    }
    onShape(shape, points - before)
  }
  return { points, failures }
}

function misfortunesIn(calls: readonly Call[]): readonly Misfortune[] {
  return calls.flatMap(({ fates }, at) => fates.map((fate) => ({ call: at + 1, fate })))
}
