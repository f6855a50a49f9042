/**
 * Real crashes: the real command against a real registry and a real remote is killed at a random moment and run again,
 * half of the times in a fresh clone; two of them race; and others are taken back. Every release has to end complete and
 * identical, or as if it had not been.
 */
import { randomNumbers, startRegistry, type TestRegistry } from '@topsail/engine/testing'
import { createFleet, type Fleet } from './fleet.ts'
import { brokenNow, progressOf, unfinished } from './outcome.ts'
import { rollbackRuns } from './rollbacks.ts'
import { lastWords, runTopsail, type Report, type RunOptions } from './topsail.ts'

/** Releases of one fleet; then another begins with first releases. */
const perFleet = 20

export type RealCounts = { readonly runs: number; readonly races: number; readonly rollbacks: number }

export async function runReal({ runs, races, rollbacks }: RealCounts, seed: number): Promise<number> {
  const registry = await startRegistry()
  try {
    const crashes = await crashRuns({ runs, seed, registry, onRun: console.log })
    const raced = await raceRuns({ races, seed, registry, onRun: console.log })
    const back = await rollbackRuns({ rollbacks, seed, registry, onRun: console.log })
    const failures = [...crashes.failures, ...raced.failures, ...back.failures]
    console.log(`\n${crashes.summary}\n${raced.summary}\n${back.summary}`)
    for (const failure of failures) console.log(`  ${failure}`)
    return failures.length === 0 ? 0 : 1
  } finally {
    await registry.close()
  }
}

export async function crashRuns(options: RunOptions & { readonly runs: number }): Promise<Report> {
  const { runs, seed, registry, onRun = () => {} } = options
  const random = randomNumbers(seed)
  const failures: string[] = []
  let [killed, survived, complete] = [0, 0, 0]
  while (killed < runs) {
    const scope = `@crash${seed}-${killed}`
    const fleet = await createFleet({ registry, scope, seed: seed + killed, leaseSeconds: 5 })
    const whole = await wholeRun(fleet, registry, failures)
    for (let at = 0; at < perFleet && killed < runs; at += 1) {
      const kill = { after: (0.1 + random() * 0.9) * whole * 1000, alone: random() < 0.5 }
      const outcome = await crashRun(fleet, registry, { kill, fresh: killed % 2 === 1 })
      if (outcome.died) killed += 1
      else survived += 1
      if (outcome.problems.length === 0) complete += 1
      failures.push(...outcome.problems.map((problem) => `run ${killed}: ${problem}`))
      onRun(`run ${String(killed).padStart(3)}  ${outcome.text}`)
    }
    await fleet.close()
  }
  const also = survived === 0 ? '' : ` (and ${survived} that ended before they were killed)`
  return { summary: `${killed} runs killed on the way${also}: ${complete} complete and identical`, failures }
}

/** Without a crash, and how long it takes: the moments of death lie in that time. */
async function wholeRun(fleet: Fleet, registry: TestRegistry, failures: string[]): Promise<number> {
  const release = await fleet.bump()
  const ended = await runTopsail(['publish'], fleet.repository.root, registry)
  if (ended.code !== 0) failures.push(`a run that nobody killed ended with ${ended.code}: ${lastWords(ended.output)}`)
  failures.push(...(await unfinished(fleet, registry, release)))
  return ended.seconds
}

type CrashOptions = { readonly kill: { readonly after: number; readonly alone: boolean }; readonly fresh: boolean }

async function crashRun(
  fleet: Fleet,
  registry: TestRegistry,
  { kill, fresh }: CrashOptions,
): Promise<{ readonly died: boolean; readonly problems: readonly string[]; readonly text: string }> {
  const release = await fleet.bump()
  const first = await runTopsail(['publish'], fleet.repository.root, registry, kill)
  const problems = [...(await brokenNow(fleet, registry))]
  const reached = await progressOf(fleet, registry, release)
  const clone = fresh ? await fleet.clone() : undefined
  const second = await runTopsail(['publish'], clone?.root ?? fleet.repository.root, registry)
  await clone?.close()
  if (second.code !== 0) problems.push(`the second run ended with ${second.code}: ${lastWords(second.output)}`)
  problems.push(...(await unfinished(fleet, registry, release)))
  const died = first.code === null
  const end = died ? `killed after ${first.seconds.toFixed(1)} s` : `ended before it was killed`
  const where = fresh ? 'a fresh clone' : 'the same clone'
  const verdict = problems.length === 0 ? 'complete' : `WRONG: ${problems.join('; ')}`
  return { died, problems, text: `${end} (${reached}), ${where} took ${second.seconds.toFixed(1)} s: ${verdict}` }
}

export async function raceRuns(options: RunOptions & { readonly races: number }): Promise<Report> {
  const { races, seed, registry, onRun = () => {} } = options
  const failures: string[] = []
  let [told, late] = [0, 0]
  if (races === 0) return { summary: 'no races', failures }
  const fleet = await createFleet({ registry, scope: `@race${seed}`, seed, leaseSeconds: 5 })
  for (let race = 0; race < races; race += 1) {
    const release = await fleet.bump()
    const clones = [await fleet.clone(), await fleet.clone()]
    const ends = await Promise.all(clones.map((clone) => runTopsail(['publish'], clone.root, registry)))
    await Promise.all(clones.map((clone) => clone.close()))
    // Both may have packed: that is done while the lease is waited for.
    const winners = ends.filter((end) => end.code === 0 && end.output.includes('uploaded'))
    const losers = ends.filter((end) => !winners.includes(end))
    const named = losers.filter((end) => end.code !== 0 && end.output.includes('LEASE_HELD'))
    told += named.length
    late += losers.length - named.length
    const wrong = [...(await unfinished(fleet, registry, release))]
    if (winners.length !== 1)
      wrong.push(`${winners.length} released: ${ends.map((end) => lastWords(end.output)).join(' | ')}`)
    failures.push(...wrong.map((problem) => `race ${race + 1}: ${problem}`))
    const other = named.length > 0 ? 'the other said who holds the lease' : 'the other found nothing left to do'
    onRun(`race ${String(race + 1).padStart(2)}  ${wrong.length === 0 ? `one released, ${other}` : wrong.join('; ')}`)
  }
  await fleet.close()
  const summary = `${races} races: ${told} losers named the holder, ${late} came when it was over`
  return { summary, failures }
}
