import { expect, test } from 'vitest'
import { tally } from './tally.ts'

const report = (statuses: readonly string[], fileStatus = 'passed', success = true) => ({
  success,
  testResults: [
    {
      name: 'a.test.ts',
      status: fileStatus,
      message: 'no',
      assertionResults: statuses.map((status) => ({ status, fullName: status })),
    },
  ],
})

test('counts what passed and what failed', () => {
  expect(tally(report(['passed', 'passed']))).toEqual({ passed: 2, failed: 0, complaints: [] })
  expect(tally(report(['passed', 'failed'], 'failed', false))).toMatchObject({ passed: 1, failed: 1 })
})

test('a file that does not even load counts as a failure', () => {
  expect(tally(report([], 'failed', false))).toMatchObject({ passed: 0, failed: 1 })
})

test('a skipped test, no test and no report are complaints', () => {
  for (const status of ['skipped', 'pending', 'todo']) {
    expect(tally(report(['passed', status])).complaints).toHaveLength(1)
  }
  expect(tally(report([])).complaints).toEqual(['no test ran'])
  expect(tally(undefined).complaints).toHaveLength(1)
  expect(tally(report(['passed'], 'passed', false)).complaints).toHaveLength(1)
})
