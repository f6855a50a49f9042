/**
 * The crash explorer: runs a release in the memory world, counts what it asks of the world, and at each of these calls
 * lets the runner die or the network fail; then the release is taken up again or rolled back, on the same machine or on
 * a fresh one, and the world has to end as it would have without the misfortune, or as it began.
 */
import { brokenRecords, viewOf, watchLatest, type WorldView } from './crash-invariants.ts'
import { packInMemory } from './memory-tarballs.ts'
import type { Call, Fate, Misfortune } from './memory-line.ts'
import { memoryWorld, type MemoryWorld, type Runner } from './memory-world.ts'
import { randomNumbers } from './random-numbers.ts'
import { keysOfMember, publishedBefore, workspaceNow, type ReleaseShape } from './release-shapes.ts'

const recoveries = ['resume', 'publish', 'rollback', 'unpublish'] as const
export type Recovery = (typeof recoveries)[number]

/** How a release is begun and taken up again. `done`: nothing is left to do. */
export type Entrances = Readonly<Record<Recovery, (runner: Runner, shape: ReleaseShape) => Promise<Ended>>>
export type Ended = {
  readonly done: boolean
  readonly detail: string
  /** There was nothing to take up. */
  readonly nothing?: boolean
}

/** What happens in the first run, in the second, and so on; then one without misfortune. */
export type Story = {
  readonly misfortunes: readonly Misfortune[]
  readonly recovery: Recovery
  /** Each recovery starts on a machine that has never seen the release. */
  readonly fresh: boolean
}

export type Told = {
  readonly failures: readonly string[]
  /** What each run asked for, in order. */
  readonly runs: readonly (readonly Call[])[]
}

export async function tell(shape: ReleaseShape, story: Story, entrances: Entrances): Promise<Told> {
  const stage = await setStage(shape)
  const { world, failures } = stage
  const start = await viewOf(world, shape.reproducible)
  const clones = [world.clone()]
  const runs: (readonly Call[])[] = []
  let ended: Ended | 'died' | undefined
  let isBack = false
  for (let at = 0; at <= story.misfortunes.length; at += 1) {
    if (at > 0 && story.fresh) clones.push(world.clone())
    const clone = clones.at(-1) ?? world.clone()
    const entrance = at === 0 ? 'publish' : story.recovery
    isBack = entrance === 'rollback' || entrance === 'unpublish'
    const runner = world.runner(clone, story.misfortunes[at])
    const began = world.clock.now()
    ended = await endOf(runner, () => entrances[entrance](runner, shape), failures)
    const minutes = Math.round((world.clock.now() - began) / 60_000)
    if (minutes > longestRun && at === story.misfortunes.length) failures.push(`${entrance} took ${minutes} minutes`)
    runs.push(runner.line.calls)
    const isWhole = ended !== 'died' && ended.done
    if (isWhole && !isBack) break
  }
  await world.clock.until(world.clock.sleep(60_000))
  if (ended === 'died' || ended?.done !== true) failures.push(`it did not end well: ${detailOf(ended)}`)
  failures.push(...(await brokenRecords(world, clones)))
  const now = await viewOf(world, shape.reproducible)
  const whole = await wholeView(shape, entrances)
  const wasOver = isBack && ended !== 'died' && ended?.nothing === true && differences(now, whole).length === 0
  const unpublished = story.recovery === 'unpublish'
  if (!wasOver) failures.push(...differences(now, isBack ? rolledBack(now, start, shape, unpublished) : whole))
  failures.push(...(await doAgain(stage, shape, entrances[isBack ? 'rollback' : 'publish'])))
  return { failures: [...new Set(failures)], runs }
}

/**
 * Minutes of the clock: what was sent may have to be waited for, but all of it together, however many packages there are.
 */
const longestRun = 8

/** Whoever comes next gets the lease, finds nothing to do and changes nothing. */
async function doAgain(
  { world, failures }: Stage,
  shape: ReleaseShape,
  entrance: Entrances[Recovery],
): Promise<readonly string[]> {
  const before = await viewOf(world, true)
  const runner = world.runner(world.clone())
  const ended = await endOf(runner, () => entrance(runner, shape), failures)
  const isDone = ended !== 'died' && ended.done
  return [
    ...(isDone ? [] : [`the next run did not end well: ${detailOf(ended)}`]),
    ...differences(await viewOf(world, true), before),
  ]
}

async function endOf(runner: Runner, run: () => Promise<Ended>, failures: string[]): Promise<Ended | 'died'> {
  try {
    return await runner.live(run)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    // A full disk may end a run in any way; what follows has to mend it.
    if (!detail.startsWith('ENOSPC')) failures.push(`a run threw: ${error instanceof Error ? error.stack : detail}`)
    return { done: false, detail }
  }
}

function detailOf(ended: Ended | 'died' | undefined): string {
  return ended === 'died' ? 'the last run died' : (ended?.detail ?? 'it never ran')
}

type Stage = { readonly world: MemoryWorld; readonly failures: string[] }

async function setStage(shape: ReleaseShape): Promise<Stage> {
  const failures: string[] = []
  const watch = watchLatest(failures)
  const world = memoryWorld({
    workspace: workspaceNow(shape),
    random: randomNumbers(7),
    reproducible: shape.reproducible,
    tellsNobody: shape.tags === 'last',
    tagsTravelAlone: shape.tags === 'alone',
    lag: (_, version) => (version === '1.0.0' ? 0 : shape.lag),
    onChange: watch,
  })
  for (const { pkg, keys } of publishedBefore(shape)) {
    const version = pkg.version ?? ''
    for (const name of keys) {
      const packed = packInMemory(pkg, { name, version }, 0)
      await world.registry.port.upload({ ...packed, distTag: 'latest', access: 'public' })
    }
    world.tags.set(`${pkg.name}@${version}`, 'b'.repeat(40))
  }
  failures.length = 0
  return { world, failures }
}

const wholeViews = new Map<string, Promise<WorldView>>()

/** The world after the same release without any misfortune. */
function wholeView(shape: ReleaseShape, entrances: Entrances): Promise<WorldView> {
  const known = wholeViews.get(shape.name)
  if (known !== undefined) return known
  const view = (async () => {
    const { world } = await setStage(shape)
    const runner = world.runner(world.clone())
    const ended = await runner.live(() => entrances.publish(runner, shape))
    if (ended === 'died' || !ended.done) throw new Error(`${shape.name} cannot be released at all: ${detailOf(ended)}`)
    await world.clock.until(world.clock.sleep(60_000))
    return viewOf(world, shape.reproducible)
  })()
  wholeViews.set(shape.name, view)
  return view
}

/** The start, and what a rollback has to leave: versions that went up, deprecated unless they are taken away, and what a first one brought along. */
function rolledBack(now: WorldView, start: WorldView, shape: ReleaseShape, unpublished: boolean): WorldView {
  if (unpublished) return start
  const packages = { ...start.packages }
  const keys = shape.members.flatMap((member) => keysOfMember(member).map((name) => ({ name, first: member.first })))
  for (const { name, first } of keys) {
    const [before, after] = [start.packages[name], now.packages[name]]
    const went =
      after === undefined
        ? []
        : Object.entries(after.versions).filter(([version]) => before?.versions[version] === undefined)
    if (went.length === 0) continue
    packages[name] = {
      versions: { ...before?.versions, ...Object.fromEntries(went) },
      deprecated: went.map(([version]) => version),
      distTags: first ? { latest: went[0]?.[0] ?? '' } : (before?.distTags ?? {}),
    }
  }
  return { ...start, packages }
}

function differences(now: WorldView, expected: WorldView): readonly string[] {
  const names = [...new Set([...Object.keys(now.packages), ...Object.keys(expected.packages)])]
  const texts = names.flatMap((name) => difference(name, now.packages[name], expected.packages[name]))
  return [
    ...texts,
    ...difference('tags', now.tags, expected.tags),
    ...difference('staged', now.staged, expected.staged),
    ...difference('announced', now.announced, expected.announced),
    ...difference('the release set', now.set, expected.set),
  ]
}

function difference(about: string, now: unknown, expected: unknown): readonly string[] {
  const [is, should] = [JSON.stringify(now), JSON.stringify(expected)]
  return is === should ? [] : [`${about} is ${is} and should be ${should}`]
}

/** `3 rollback fresh 15:die-after 33:die-before`: the shape by its number, and what happens to it. */
export function storyText(shape: number, { recovery, fresh, misfortunes }: Story): string {
  const at = misfortunes.map(({ call, fate }) => `${call}:${fate}`)
  return [shape, recovery, fresh ? 'fresh' : 'same', ...at].join(' ')
}

export function parseStory(words: readonly string[]): { readonly shape: number; readonly story: Story } | undefined {
  const [shape = '', recovery = '', place = '', ...at] = words
  const known = recoveries.find((each) => each === recovery)
  const misfortunes = at.map((text) => {
    const [call = '', fate = ''] = text.split(':')
    return { call: Number(call), fate: fate as Fate }
  })
  if (known === undefined || !['fresh', 'same'].includes(place) || Number.isNaN(Number(shape))) return undefined
  return { shape: Number(shape), story: { recovery: known, fresh: place === 'fresh', misfortunes } }
}
