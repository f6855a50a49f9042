/**
 * `topsail diff SET SET`: what changed between two release sets, with the changelog of every package on the way.
 */
import { diffSets, findSet, type PlacedSet } from '@topsail/core'
import { releaseSets } from '@topsail/engine'
import type { Command } from 'commander'
import { type CommonOptions, folderOf, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'
import { renderSetDifference } from '../render/release-sets.ts'

type Options = CommonOptions & { readonly fetch: boolean }

const schema = 'topsail/diff@1'

export function diffCommand(context: CliContext): Command {
  const set = 'the beginning of its id, its release, latest or previous'
  return newCommand('diff', 'show what changed between two release sets, across all packages')
    .argument('[from]', set, 'previous')
    .argument('[to]', set, 'latest')
    .option('--no-fetch', 'ask no remote for what other machines have released')
    .action((from: string, to: string, options: Options) => diff([from, to], options, context))
}

async function diff(asked: readonly [string, string], options: Options, context: CliContext): Promise<void> {
  const { chain, problems } = await releaseSets({ cwd: folderOf(context, options), fetch: options.fetch })
  const [from, to] = [findSet(chain, asked[0]), findSet(chain, asked[1])]
  if (!from.ok || !to.ok) {
    const missing = [from, to].flatMap((found) => (found.ok ? [] : [found.problem]))
    // Nobody can say that a set is missing who could not look for it.
    const all = problems.some(({ severity }) => severity === 'error') ? problems : [...problems, ...missing]
    reportProblems(context, all)
    context.exitWith(1)
    const nothing = { from: null, to: null, direction: null, changed: [], same: 0 }
    return options.json === true ? writeJson(context, { schema, ...nothing, problems: all }) : undefined
  }
  reportProblems(context, problems)
  const difference = diffSets(chain, from.placed, to.placed)
  const ends = { from: endOf(from.placed), to: endOf(to.placed) }
  if (options.json === true) writeJson(context, { schema, ...ends, ...difference, problems })
  else context.out.write(renderSetDifference({ ...ends, ...difference }, context.out))
}

function endOf({ id, at, set }: PlacedSet) {
  return { id, at, release: set.release, commit: set.commit }
}
