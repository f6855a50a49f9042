/**
 * `pnpm bench plan [--sizes S,M,L,XL] [--rounds N] [--peers changesets,nx,lerna,beachball|none]`: Topsail and its peers
 * on the same repositories, one after the other within each round, so that a busy moment of the machine hits all of
 * them, in another order each round and with a rest after each: a case that keeps the processors busy for long slows
 * down what comes next. A case that takes very long is run once. Ends with 1 when a target of this run is not met.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { toolArguments } from '@topsail/engine/testing/tool-arguments'
import { randomNumbers } from '@topsail/engine/testing'
import { casesFor, type Case, type CaseName } from './cases.ts'
import { benchFolder, fleetOf, sizeNames, type SizeName } from './fleets.ts'
import { measure, type Outcome } from './measure.ts'
import { describePeer, peerNames, type PeerName } from './peers.ts'
import { shuffled } from './shuffled.ts'
import { renderSize, renderSummary } from './report.ts'
import type { SizeResults } from './results.ts'
import { judge } from './targets.ts'
import { installTopsail } from './topsail.ts'

const usage = 'usage: pnpm bench plan [--sizes S,M,L,XL] [--rounds N] [--peers changesets,nx,lerna,beachball|none]'
const limitSeconds = 240
/** A case that takes longer is not run again in later rounds. */
const longSeconds = 20

export async function benchPlan(argv: readonly string[]): Promise<number> {
  const asked = readArguments(argv)
  if (asked === undefined) {
    console.error(usage)
    return 2
  }
  const topsail = installTopsail()
  console.log(`Node ${process.version}; peers: ${asked.peers.map(describePeer).join(', ') || 'none'}\n`)
  const results = new Map<SizeName, SizeResults>()
  for (const size of asked.sizes) {
    note(`writing the repository of size ${size}`)
    const fleet = fleetOf(size)
    const cases = casesFor(fleet, topsail, asked.peers)
    const measured = { fleet, outcomes: await runRounds(cases.run, asked.rounds), leftOut: cases.leftOut }
    results.set(size, measured)
    console.log(renderSize(measured))
  }
  console.log(renderSummary(results))
  saveResults(results)
  return judge(results).some(({ verdict }) => verdict === 'not met') ? 1 : 0
}

async function runRounds(cases: readonly Case[], rounds: number): Promise<ReadonlyMap<CaseName, readonly Outcome[]>> {
  const outcomes = new Map<CaseName, Outcome[]>(cases.map(({ name }) => [name, []]))
  const random = randomNumbers(1)
  for (let round = 1; round <= rounds; round += 1) {
    for (const entry of shuffled(cases, random)) {
      const known = outcomes.get(entry.name) ?? []
      if (known.some(isLong)) continue
      note(`round ${round}: ${entry.name}`)
      entry.before()
      const outcome = await measure(entry.command, limitSeconds)
      known.push(outcome)
      await rest(outcome)
    }
  }
  for (const entry of cases) entry.before()
  return outcomes
}

/** A lent machine gives less after a burst, which would be taken from the case that happens to come next. */
async function rest(after: Outcome): Promise<void> {
  const seconds = after.kind === 'done' ? after.cost.wall : limitSeconds
  await sleep(1000 * Math.min(seconds, longestRest))
}

const longestRest = 15

function isLong(outcome: Outcome): boolean {
  return outcome.kind !== 'done' || outcome.cost.wall > longSeconds
}

type Asked = { readonly sizes: readonly SizeName[]; readonly rounds: number; readonly peers: readonly PeerName[] }

function readArguments(argv: readonly string[]): Asked | undefined {
  const options = {
    sizes: { type: 'string', default: sizeNames.join(',') },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string', default: peerNames.join(',') },
  } as const
  const { values, positionals } = toolArguments(usage, { args: [...argv], options, allowPositionals: true })
  const sizes = sizeNames.filter((size) => values.sizes.split(',').includes(size))
  const peers = peerNames.filter((peer) => values.peers.split(',').includes(peer))
  const rounds = Number(values.rounds)
  const known = values.peers === 'none' || peers.length === values.peers.split(',').length
  const fits = positionals.length === 0 && known && Number.isInteger(rounds) && rounds > 0
  return fits && sizes.length === values.sizes.split(',').length ? { sizes, rounds, peers } : undefined
}

function saveResults(results: ReadonlyMap<SizeName, SizeResults>): void {
  const plain = [...results.values()].map(({ fleet, outcomes, leftOut }) => ({
    ...fleet,
    outcomes: Object.fromEntries(outcomes),
    leftOut,
  }))
  writeFileSync(join(benchFolder, 'plan.json'), `${JSON.stringify(plain, null, 2)}\n`)
}

/** Progress goes to standard error, so that the tables can be kept. */
function note(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\u001B[2K\r${text}\r`)
}
