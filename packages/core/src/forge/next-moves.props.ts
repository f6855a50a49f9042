import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextMoves, type ProposalMove, type ProposalWorld } from './next-moves.ts'

const sha = fc.constantFrom('1', '2', '3').map((digit) => digit.repeat(40))
const plan = fc.constantFrom('sha256-a', 'sha256-b')
const pull = fc.record({ number: fc.integer({ min: 1, max: 9 }), plan: fc.option(plan, { nil: undefined }) })
const branch = fc.record({
  head: sha,
  base: fc.option(sha, { nil: undefined }),
  plan: fc.option(plan, { nil: undefined }),
  foreign: fc.array(sha, { maxLength: 1 }),
})
const world: fc.Arbitrary<ProposalWorld> = fc.record({
  tip: sha,
  plan: fc.option(plan, { nil: undefined }),
  branch: fc.option(branch, { nil: undefined }),
  open: fc.array(pull, { maxLength: 2 }),
  closed: fc.option(pull, { nil: undefined }),
  rebuild: fc.boolean(),
})

/** The world as the moves leave it, if nobody else moves. */
function after(before: ProposalWorld, moves: readonly ProposalMove[]): ProposalWorld {
  return moves.reduce<ProposalWorld>((now, move) => {
    switch (move.kind) {
      case 'write-branch':
        return { ...now, branch: { head: 'new', base: move.onto, plan: now.plan, foreign: [] } }
      case 'open':
        return { ...now, open: [{ number: 100, plan: now.plan }] }
      case 'refresh':
        return {
          ...now,
          open: now.open.map((each) => (each.number === move.number ? { ...each, plan: now.plan } : each)),
        }
      case 'close':
        return { ...now, open: now.open.filter(({ number }) => number !== move.number) }
      default:
        return now
    }
  }, before)
}

test('carried out once, the moves leave nothing to do but to look at the texts again', () => {
  fc.assert(
    fc.property(world, (before) => {
      const left = nextMoves(after(before, nextMoves(before)))
      expect(left.filter(({ kind }) => kind === 'write-branch' || kind === 'open' || kind === 'close')).toEqual([])
    }),
  )
})

test('with nothing pending every open pull request is closed, and nothing else happens', () => {
  fc.assert(
    fc.property(world, (before) => {
      const moves = nextMoves({ ...before, plan: undefined })
      expect(moves).toEqual(before.open.map(({ number }) => ({ kind: 'close', number })))
    }),
  )
})

test('commits of others are never moved away unless a person asks for it', () => {
  fc.assert(
    fc.property(world, (before) => {
      const writes = nextMoves(before).some(({ kind }) => kind === 'write-branch')
      if (writes && !before.rebuild) expect(before.branch?.foreign ?? []).toEqual([])
    }),
  )
})

test('a branch is only ever moved from where it was seen, and onto the tip', () => {
  fc.assert(
    fc.property(world, (before) => {
      for (const move of nextMoves(before)) {
        if (move.kind !== 'write-branch') continue
        expect(move).toEqual({ kind: 'write-branch', expected: before.branch?.head, onto: before.tip })
      }
    }),
  )
})

test('what a person closed comes back when the plan is another one, and not before', () => {
  const base: ProposalWorld = {
    tip: '1'.repeat(40),
    plan: 'sha256-a',
    branch: undefined,
    open: [],
    closed: { number: 7, plan: 'sha256-a' },
    rebuild: false,
  }
  expect(nextMoves(base)).toEqual([{ kind: 'leave-closed', number: 7 }])
  for (const other of [
    { ...base, plan: 'sha256-b' },
    { ...base, rebuild: true },
  ]) {
    expect(nextMoves(other).map(({ kind }) => kind)).toEqual(['write-branch', 'open'])
  }
})

test('the branch ends as the plan on the tip, unless others have pushed to it or a person closed what it says', () => {
  fc.assert(
    fc.property(world, plan, (before, pending) => {
      const wanted = { ...before, plan: pending }
      const moves = nextMoves(wanted)
      const isLeft = moves.some(({ kind }) => kind === 'leave-branch' || kind === 'leave-closed')
      if (before.rebuild) expect(isLeft).toBe(false)
      if (!isLeft) {
        expect(after(wanted, moves).branch).toMatchObject({ base: before.tip, plan: pending, foreign: [] })
      }
    }),
  )
})
