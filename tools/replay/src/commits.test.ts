import { describe, expect, test } from 'vitest'
import { replayCommits } from './commits.ts'

const repositories = replayCommits() ?? []

test.skipIf(repositories.length > 0)('the corpus of releases made from commits is absent', () => {
  expect(repositories).toEqual([])
})

describe.skipIf(repositories.length === 0)('recorded releases made from commits', () => {
  test.each(repositories.map((result) => [result.repo, result] as const))(
    '%s: every release that the commits alone decide gets the recorded versions',
    (_repo, { counted, reproduced, different }) => {
      expect(different.map(({ id, differences }) => ({ id, differences }))).toEqual([])
      expect(reproduced).toBe(counted)
    },
  )
})
