/**
 * `pnpm bench publish [--packages 50,300] [--rounds N] [--peers pnpm,changesets,lerna,nx|none] [--distances 0,200]
 * [--published]`: whole releases into a fresh registry, Topsail, its peers and the floor one after the other within each
 * round, once on the bare loopback and once with 200 ms added to every request. With `--published` an earlier version of
 * every package is there, so that dist-tags have to be moved. Whoever takes long is run once.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolArguments } from '@topsail/engine/testing/tool-arguments'
import { benchFolder } from '../fleets.ts'
import { measure } from '../measure.ts'
import { describePeer } from '../peers.ts'
import { contendersFor, publishingPeers, type Contender, type PublishingPeer } from './contenders.ts'
import { slowPackage } from '../simulation/slow-package.ts'
import { renderScene, renderSlowPackage, renderVerdicts } from './report.ts'
import { longestChain, type Run, type Scene } from './results.ts'
import { judge } from './targets.ts'
import { timelineOf } from './timeline.ts'
import { openWorld } from './world.ts'

const usage =
  'usage: pnpm bench publish [--packages 50,300] [--rounds N] [--peers pnpm,changesets,lerna,nx|none] [--distances 0,200] [--published]'
const limitSeconds = 400
/** Whoever takes longer is not run again in later rounds. */
const longSeconds = 20

export async function benchPublish(argv: readonly string[]): Promise<number> {
  const asked = readArguments(argv)
  if (asked === undefined) {
    console.error(usage)
    return 2
  }
  console.log(`Node ${process.version}; peers: ${asked.peers.map(describePeer).join(', ') || 'none'}\n`)
  const scenes: Scene[] = []
  for (const packages of asked.packages) {
    note(`preparing ${packages} packages`)
    const { run, leftOut, dir, tarballs } = contendersFor(packages, asked.peers)
    for (const distance of asked.distances) {
      const runs = await runRounds(run, {
        distance,
        before: asked.published ? tarballs : undefined,
        rounds: asked.rounds,
        packages,
      })
      const { published } = asked
      const scene = { packages, distance, published, runs, leftOut, chain: longestChain(dir) }
      scenes.push(scene)
      console.log(renderScene(scene))
    }
  }
  console.log(renderSlowPackage(slowPackage(300, 8, 5)))
  const verdicts = judge(scenes)
  console.log(renderVerdicts(verdicts))
  writeFileSync(join(benchFolder, 'publish.json'), `${JSON.stringify(scenes, null, 2)}\n`)
  return verdicts.some(({ verdict }) => verdict === 'not met') ? 1 : 0
}

type Stage = { readonly distance: number; readonly before: string | undefined; readonly packages: number }

async function runRounds(
  contenders: readonly Contender[],
  { rounds, ...stage }: Stage & { readonly rounds: number },
): Promise<readonly Run[]> {
  const { packages, distance } = stage
  const runs: Run[] = []
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of contenders) {
      if (runs.some(({ name, outcome }) => name === contender.name && isLong(outcome))) continue
      note(`${packages} packages, +${distance} ms, round ${round}: ${contender.name}`)
      runs.push(await runOnce(contender, stage))
    }
  }
  return runs
}

async function runOnce(contender: Contender, { distance, before, packages }: Stage): Promise<Run> {
  const world = await openWorld(distance, before)
  try {
    contender.before()
    const started = performance.timeOrigin + performance.now()
    const outcome = await measure(contender.command(world), limitSeconds)
    const ended = performance.timeOrigin + performance.now()
    const timeline = timelineOf(await world.requests(), started, ended)
    const incomplete = outcome.kind === 'done' && timeline?.uploaded !== packages
    const detail = `ended well with ${timeline?.uploaded ?? 0} of ${packages} packages published`
    return { name: contender.name, outcome: incomplete ? { kind: 'failed', detail } : outcome, timeline }
  } finally {
    await world.close()
  }
}

function isLong(outcome: Run['outcome']): boolean {
  return outcome.kind !== 'done' || outcome.cost.wall > longSeconds
}

type Asked = {
  readonly packages: readonly number[]
  readonly rounds: number
  readonly peers: readonly PublishingPeer[]
  readonly distances: readonly number[]
  readonly published: boolean
}

function readArguments(argv: readonly string[]): Asked | undefined {
  const options = {
    packages: { type: 'string', default: '50,300' },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string', default: publishingPeers.join(',') },
    distances: { type: 'string', default: '0,200' },
    published: { type: 'boolean', default: false },
  } as const
  const { values } = toolArguments(usage, { args: [...argv], options })
  const peers = publishingPeers.filter((peer) => values.peers.split(',').includes(peer))
  const packages = values.packages.split(',').map(Number)
  const distances = values.distances.split(',').map(Number)
  const rounds = Number(values.rounds)
  const known = values.peers === 'none' || peers.length === values.peers.split(',').length
  const fits = known && [rounds, ...packages].every((count) => Number.isInteger(count) && count > 0)
  return fits && distances.every((distance) => distance >= 0)
    ? { packages, rounds, peers, distances, published: values.published }
    : undefined
}

/** Progress goes to standard error, so that the tables can be kept. */
function note(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\u001B[2K\r${text}\r`)
}
