import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveChanges } from './resolve.ts'
import { packageOf, snapshotOf, workspaceOf } from '../testing/build.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 200)

type Draw = { readonly reverts: number | undefined; readonly how: 'hash' | 'short' | 'subject' }

/** Each commit is a feature of its own, or a revert of an earlier commit, feature or revert. */
const draws: fc.Arbitrary<readonly Draw[]> = fc.array(
  fc.record({
    reverts: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
    how: fc.constantFrom('hash', 'short', 'subject'),
  }),
  { minLength: 1, maxLength: 25 },
)

test('what stands after reverts, reverts of reverts and so on is what stands after doing and undoing it', () => {
  fc.assert(
    fc.property(draws, (drawn) => {
      const { messages, standing } = replay(drawn)
      const commits = messages.map((message, index) => ({
        sha: shaOf(index),
        parents: index === 0 ? [] : [shaOf(index - 1)],
        date: '',
        message,
        dirs: [0],
        addedChangesets: [],
      }))
      const snapshot = snapshotOf({
        workspace: workspaceOf([packageOf({ name: 'a', version: '1.0.0' })]),
        settings: { sources: 'commits' },
        history: { commits: commits.toReversed(), dirs: ['packages/a'], lastRelease: {} },
      })
      const ids = resolveChanges(snapshot).changes.map(({ id }) => id)
      expect(ids).toEqual(standing.map((index) => `commit:${shaOf(index)}`))
    }),
    { numRuns },
  )
})

function shaOf(index: number): string {
  return `${String(index).padStart(7, '0')}${'ab'.repeat(16)}c`
}

/** Features that stand at the end: each revert flips the feature at the bottom of its chain. No commit is named twice. */
function replay(drawn: readonly Draw[]): {
  readonly messages: readonly string[]
  readonly standing: readonly number[]
} {
  const messages: string[] = []
  const taken = new Set<number>()
  const cancelled = new Set<number>()
  const targets: (number | undefined)[] = []
  drawn.forEach(({ reverts, how }, index) => {
    const target = reverts === undefined || index === 0 ? undefined : reverts % index
    if (target === undefined || taken.has(target)) {
      messages.push(`feat: number ${index}`)
      targets.push(undefined)
      return
    }
    taken.add(target)
    targets.push(target)
    const named = how === 'hash' ? shaOf(target) : shaOf(target).slice(0, 9)
    const body = how === 'subject' ? '' : `\n\nThis reverts commit ${named}.`
    messages.push(`Revert "${messages[target]?.split('\n')[0]}"${body}`)
  })
  targets.forEach((_, fromEnd) => {
    const index = targets.length - 1 - fromEnd
    const target = targets[index]
    if (target !== undefined && !cancelled.has(index)) cancelled.add(target)
  })
  const standing = targets.flatMap((target, index) => (target === undefined && !cancelled.has(index) ? [index] : []))
  return { messages, standing }
}
