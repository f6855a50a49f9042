/**
 * Real rollbacks: a release is killed on its way, or ends, and is then taken back; that is killed as well, and goes on in
 * the same clone or in a fresh one; half of them unpublish. Every dist-tag has to lead exactly where it led before.
 */
import { randomNumbers, type TestRegistry } from '@topsail/engine/testing'
import { createFleet, type Fleet, type Release } from './fleet.ts'
import { brokenNow, distTagsNow, notTakenBack, openReleases, progressOf, unfinished } from './outcome.ts'
import { lastWords, runTopsail, type Report, type RunOptions } from './topsail.ts'

export async function rollbackRuns(options: RunOptions & { readonly rollbacks: number }): Promise<Report> {
  const { rollbacks, seed, registry, onRun = () => {} } = options
  const random = randomNumbers(seed)
  const failures: string[] = []
  let killed = 0
  if (rollbacks === 0) return { summary: 'no rollbacks', failures }
  const fleet = await createFleet({ registry, scope: `@back${seed}`, seed, leaseSeconds: 5 })
  await fleet.bump()
  const first = await runTopsail(['publish'], fleet.repository.root, registry)
  if (first.code !== 0) failures.push(`a run that nobody killed ended with ${first.code}: ${lastWords(first.output)}`)
  for (let run = 1; run <= rollbacks; run += 1) {
    const moment = (): number => (0.2 + random() * 0.8) * first.seconds * 1000
    const moments = { publish: moment(), rollback: moment(), fresh: random() < 0.5, unpublish: random() < 0.5 }
    const outcome = await rollbackRun(fleet, registry, moments)
    if (outcome.died) killed += 1
    failures.push(...outcome.problems.map((problem) => `rollback ${run}: ${problem}`))
    onRun(`back ${String(run).padStart(2)}  ${outcome.text}`)
  }
  await fleet.close()
  const summary = `${rollbacks} releases taken back, ${killed} of them by a rollback that was killed: ${failures.length} wrong`
  return { summary, failures }
}

/** Milliseconds after which the release and its rollback are killed. */
type Moments = {
  readonly publish: number
  readonly rollback: number
  readonly fresh: boolean
  readonly unpublish: boolean
}

async function rollbackRun(
  fleet: Fleet,
  registry: TestRegistry,
  moments: Moments,
): Promise<{ readonly died: boolean; readonly problems: readonly string[]; readonly text: string }> {
  const before = await distTagsNow(fleet, registry)
  const release = await fleet.bump()
  await publishSome(fleet, registry, release, moments.publish)
  const reached = await progressOf(fleet, registry, release)
  const kill = { after: moments.rollback, alone: false }
  const rollback = ['rollback', ...(moments.unpublish ? ['--unpublish'] : [])]
  const first = await runTopsail(rollback, fleet.repository.root, registry, kill)
  const problems = [...(await brokenNow(fleet, registry))]
  const between = await progressOf(fleet, registry, release)
  const clone = moments.fresh ? await fleet.clone() : undefined
  const root = clone?.root ?? fleet.repository.root
  const died = first.code === null
  if (!died && first.code !== 0) problems.push(`the rollback ended with ${first.code}: ${lastWords(first.output)}`)
  // Killed when all was done, there is nothing left: another rollback would take back the release before.
  if (died && (await notTakenBack(fleet, registry, release, before)).length > 0) {
    const second = await runTopsail(rollback, root, registry)
    if (second.code !== 0) problems.push(`the second rollback ended with ${second.code}: ${lastWords(second.output)}`)
  }
  await clone?.close()
  problems.push(...(await notTakenBack(fleet, registry, release, before)))
  const how = died
    ? `killed (${between}), gone on in ${moments.fresh ? 'a fresh clone' : 'the same clone'}`
    : 'not killed'
  const verdict = problems.length === 0 ? 'as before' : `WRONG: ${problems.join('; ')}`
  const away = moments.unpublish ? 'unpublished' : 'deprecated'
  return { died, problems, text: `released (${reached}), taken back, ${away}, ${how}: ${verdict}` }
}

/** A release that was killed before it had begun cannot be taken back: that one is let run to its end. */
async function publishSome(fleet: Fleet, registry: TestRegistry, release: Release, after: number): Promise<void> {
  await runTopsail(['publish'], fleet.repository.root, registry, { after, alone: false })
  if ((await openReleases(fleet)).length > 0 || (await unfinished(fleet, registry, release)).length === 0) return
  await runTopsail(['publish'], fleet.repository.root, registry)
}
