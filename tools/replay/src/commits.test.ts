import { expect, test } from 'vitest'
import { replayCommits } from './commits.ts'
import { corpusFolder } from './corpus.ts'

const isAbsent = corpusFolder('commits') === undefined

test.skipIf(isAbsent)('every recorded release that the commits alone decide gets the recorded versions', () => {
  for (const { repo, counted, reproduced, different } of replayCommits() ?? []) {
    const found = different.map(({ id, differences }) => ({ id, differences }))
    expect({ repo, reproduced, different: found }).toEqual({ repo, reproduced: counted, different: [] })
  }
})
