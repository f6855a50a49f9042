import { expect, test } from 'vitest'
import { memoryContext, sizeOr, wantsColours } from './context.ts'
import { run, stoppedBy } from './run.ts'

test('what nobody expected ends with 70 and a report without credentials and control characters', async () => {
  const { context, stderr } = memoryContext({ cwd: '/nowhere' })
  const secret = 'npm_abcdefghijklmnopqrstuvwxyz0123456789'
  const failing = {
    ...context,
    now: (): Date => {
      throw new Error(`fetch https://ada:pw@registry.example/x failed, _authToken=${secret} \u001b[2J`)
    },
  }
  expect(await run(['plan'], failing)).toBe(70)
  expect(stderr()).toContain('bug')
  expect(stderr()).toContain('https://***@registry.example/x')
  expect(stderr()).not.toContain(secret)
  expect(stderr()).not.toContain('ada:pw')
  expect(stderr()).not.toContain('\u001b')
})

test.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('a disk that takes no more (%s) is nobody’s bug', async (code) => {
  const { context, stderr } = memoryContext({ cwd: '/nowhere' })
  expect(await stoppedBy(Object.assign(new Error(`${code}: write`), { code }), context)).toBe(1)
  expect(stderr()).toContain('DISK_REFUSED')
})

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  [{ TERM: 'dumb' }, true, false],
])('with %j on a terminal %s colours are %s', (env, isTTY, expected) => {
  expect(wantsColours(env, isTTY)).toBe(expected)
})

test('a terminal that does not know its size has a usual one', () => {
  expect([sizeOr(100, undefined), sizeOr(100, 0), sizeOr(100, 40)]).toEqual([100, 100, 40])
})
