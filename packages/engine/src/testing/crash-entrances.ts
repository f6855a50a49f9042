/**
 * The ways into a release, against the ports of a runner in the memory world.
 */
import { desiredRelease } from '@topsail/core'
import { carryOptions } from '../publish/session.ts'
import { namespacesOf } from '../read/release-namespaces.ts'
import { beginRelease } from '../release/begin-release.ts'
import { continueRelease } from '../release/continue-release.ts'
import type { ReleaseEnd } from '../release/release-end.ts'
import { holdReleases, type Hold } from '../release/hold.ts'
import { openReleases } from '../release/stored-release.ts'
import type { Ended, Entrances } from './crash.ts'
import type { Runner } from './memory-world.ts'
import type { ReleaseShape } from './release-shapes.ts'
import { keysOfMember, settingsOf, workspaceNow } from './release-shapes.ts'

export const protocol: Entrances = {
  publish: (runner, shape) => held(runner, (hold) => publish(runner, hold, shape)),
  resume: async (runner, shape) =>
    held(runner, async (hold) => {
      const again = await goOn(runner, hold)
      return again ?? publish(runner, hold, shape)
    }),
  rollback: (runner) => goBack(runner, { unpublish: false }),
  unpublish: (runner) => goBack(runner, { unpublish: true }),
}

function goBack(runner: Runner, turnBack: { readonly unpublish: boolean }): Promise<Ended> {
  return held(runner, async (hold) => (await goOn(runner, hold, turnBack)) ?? nothingOpen)
}

const nothingOpen: Ended = { done: true, nothing: true, detail: 'no release is open' }

const holding = { namespaces: namespacesOf('refs/topsail'), leaseSeconds: 60, wait: 'while-silent' } as const

async function held(runner: Runner, run: (hold: Hold) => Promise<Ended>, mayWait = true): Promise<Ended> {
  const answer = await holdReleases(runner.ports, holding)
  if (answer.kind === 'stopped') {
    // A dead holder that shows itself once more, by a heartbeat that was on its way: one tries again.
    if (answer.problem.code === 'LEASE_HELD' && mayWait) {
      await runner.ports.clock.sleep(holding.leaseSeconds * 1000)
      return held(runner, run, false)
    }
    return { done: false, detail: JSON.stringify(answer.problem) }
  }
  try {
    return await run(answer.hold)
  } finally {
    await answer.hold.end()
  }
}

async function publish(runner: Runner, hold: Hold, shape: ReleaseShape): Promise<Ended> {
  const again = await goOn(runner, hold)
  if (again !== undefined) return again
  const { ports, clone, world } = runner
  const registry = ports.registryAt(world.url)
  const workspace = workspaceNow(shape)
  const keys = shape.members.flatMap(keysOfMember)
  const facts = await Promise.all(keys.map(async (name) => [name, await registry.facts(name)] as const))
  const desired = desiredRelease({
    workspace,
    settings: settingsOf(shape),
    pre: undefined,
    head: world.head,
    registries: new Map(keys.map((name) => [name, world.url])),
    facts: new Map(facts),
    localTags: clone.tags,
    remoteTags: new Map(world.tags),
    unchangedSinceTag: new Set(),
    versionCommits: new Map(),
  })
  const errors = desired.problems.filter((problem) => problem.severity === 'error')
  if (errors.length > 0) return { done: false, detail: JSON.stringify(errors) }
  if (desired.units.length === 0) return { done: true, detail: 'nothing to release' }
  const wanted = { units: desired.units, promotion: shape.promotion, commit: world.head }
  const end = await beginRelease(ports, hold, wanted, carrying)
  const isStaged = end.driven.failed.some(({ problem }) => problem.code === 'APPROVAL_WANTED')
  return isStaged ? approve(runner, hold) : endOf(end)
}

/** The person who was asked says yes. */
async function approve({ ports }: Runner, hold: Hold): Promise<Ended> {
  const listed = await ports.refs.list('refs/topsail/')
  if (listed.kind === 'unreachable') return { done: false, detail: listed.detail }
  return (await goOn({ ports }, { ...hold, refs: listed.refs })) ?? nothingOpen
}

async function goOn(
  { ports }: Pick<Runner, 'ports'>,
  hold: Hold,
  turnBack?: { readonly unpublish: boolean },
): Promise<Ended | undefined> {
  const open = await openReleases(ports, hold.names, hold.refs, { tidy: true })
  if (open.problems.length > 0) return { done: false, detail: JSON.stringify(open.problems) }
  const [stored] = open.releases
  if (stored === undefined) return undefined
  return endOf(await continueRelease(ports, hold, stored, { ...carrying, approved: true, turnBack }))
}

function endOf({ state, problems, driven }: ReleaseEnd): Ended {
  const failures = [...problems, ...driven.failed.map(({ problem }) => problem)]
  return { done: state === 'finished' || state === 'rolled-back', detail: `${state}: ${JSON.stringify(failures)}` }
}

const carrying = carryOptions({ concurrency: { from: 4, most: 4 }, remote: 'origin' }, {}, () => {})
