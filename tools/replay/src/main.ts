/**
 * `pnpm replay`: runs the planner over every recorded release beside the project and prints, per repository, how many
 * are reproduced. Exits with 1 when an official engine reproduces a release that its rules here do not.
 */
import { toolArguments } from '@topsail/engine/testing/tool-arguments'
import { replayCommits } from './commits.ts'
import { isSoundByCommits, reportCommits } from './commits-report.ts'
import { corpusFolder } from './corpus.ts'
import { replayChangesets } from './replay-changesets.ts'
import { isSound, reportChangesets } from './report.ts'

toolArguments('usage: pnpm replay', {})

const changesets = corpusFolder('changesets')
if (changesets === undefined) {
  process.stdout.write(
    'There are no recorded releases beside the project (../shared/replay), so nothing is replayed.\n',
  )
} else {
  const results = await replayChangesets(changesets)
  process.stdout.write(`${reportChangesets(results)}\n`)
  if (!isSound(results)) process.exitCode = 1
}

const commits = replayCommits()
if (commits !== undefined) {
  process.stdout.write(`\n${reportCommits(commits)}\n`)
  if (!isSoundByCommits(commits)) process.exitCode = 1
}
