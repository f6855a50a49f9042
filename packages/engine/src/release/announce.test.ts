/** The last step of a release, in the memory world: what is public stays so whatever becomes of it. */
import { expect, test } from 'vitest'
import { memoryWorld, type MemoryWorld, type Runner } from '../testing/memory-world.ts'
import { protocol } from '../testing/crash-entrances.ts'
import { viewOf } from '../testing/crash-invariants.ts'
import { randomNumbers } from '../testing/random-numbers.ts'
import { releaseShapes, workspaceNow, type ReleaseShape } from '../testing/release-shapes.ts'
import type { Announcer } from './announcer.ts'

const shape = releaseShapes(randomNumbers(1), 0).find(({ name }) => name === 'a chain of first releases, candidate')

function world(): { readonly world: MemoryWorld; readonly shape: ReleaseShape } {
  if (shape === undefined) throw new Error('there is such a shape')
  const options = { random: randomNumbers(7), reproducible: true, lag: () => 0, onChange: () => {} }
  return { world: memoryWorld({ ...options, workspace: workspaceNow(shape) }), shape }
}

function told(runner: Runner, announcer: Partial<Announcer>): Runner {
  const usual = runner.ports.announcers.map((each) => ({ ...each, ...announcer }))
  return { ...runner, ports: { ...runner.ports, announcers: usual } }
}

test('what cannot be told is left open with everything public, and told by the next run', async () => {
  const { world: here, shape: chain } = world()
  const clone = here.clone()
  const refusing = told(here.runner(clone), { announce: async () => ({ kind: 'refused', detail: 'no such project' }) })
  const first = await refusing.live(() => protocol.publish(refusing, chain))
  expect(first).toMatchObject({ done: false, detail: expect.stringContaining('ANNOUNCE_FAILED') })
  const view = await viewOf(here, true)
  expect(Object.values(view.packages).map(({ distTags }) => distTags['latest'])).toEqual(['1.1.0', '1.1.0', '1.1.0'])
  expect(Object.keys(view.tags)).toHaveLength(3)
  expect(view.set).toEqual(['@acme/a@1.1.0', '@acme/b@1.1.0', '@acme/c@1.1.0'])
  expect(view.announced).toEqual([])

  const next = here.runner(here.clone())
  expect(await next.live(() => protocol.publish(next, chain))).toMatchObject({ done: true })
  expect(await viewOf(here, true)).toEqual({ ...view, announced: view.set })
})

test('a release that goes back is withdrawn, and what of that is refused is left', async () => {
  const { world: here, shape: chain } = world()
  const clone = here.clone()
  const [forge] = here.runner(clone).ports.announcers
  const half = told(here.runner(clone), {
    async announce(announcement) {
      await forge?.announce(announcement)
      return { kind: 'refused', detail: 'half of it' }
    },
  })
  await half.live(() => protocol.publish(half, chain))
  expect(here.announced.size).toBe(1)
  const back = told(here.runner(clone), { withdraw: async () => ({ kind: 'refused', detail: 'it was mailed' }) })
  expect(await back.live(() => protocol.rollback(back, chain))).toMatchObject({ done: true })
  const view = await viewOf(here, true)
  expect([view.tags, view.set]).toEqual([{}, []])
  const text = await closedJournal(here)
  expect(text).toContain('"outcome":"left","detail":"forge: it was mailed"')
})

async function closedJournal({ refs }: MemoryWorld): Promise<string> {
  const listed = await refs.list('refs/topsail/releases/')
  const [[ref, sha] = ['', '']] = listed.kind === 'known' ? [...listed.refs] : []
  return (await refs.read(ref, sha))?.files['journal.ndjson'] ?? ''
}
