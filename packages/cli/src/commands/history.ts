/**
 * `topsail history PACKAGE`: every version that a finished release has left, newest first, with what it changed.
 */
import { historyOf, type Problem } from '@topsail/core'
import { releaseSets } from '@topsail/engine'
import type { Command } from 'commander'
import { type CommonOptions, folderOf, fullNameIn, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'
import { renderHistory } from '../render/release-sets.ts'

type Options = CommonOptions & { readonly fetch: boolean }

const schema = 'topsail/history@1'

export function historyCommand(context: CliContext): Command {
  return newCommand('history', 'show the versions of a package that releases have left, and what they changed')
    .argument('<package>', 'its name; without the scope where that is clear')
    .option('--no-fetch', 'ask no remote for what other machines have released')
    .action((name: string, options: Options) => history(name, options, context))
}

async function history(asked: string, options: Options, context: CliContext): Promise<void> {
  const { chain, names, problems } = await releaseSets({ cwd: folderOf(context, options), fetch: options.fetch })
  const known = [...new Set([...names, ...chain.flatMap(({ set }) => set.units.map((unit) => unit.name))])]
  const name = fullNameIn(asked, known)
  if (!known.includes(name)) {
    const closest = known.find((other) => asked !== '' && other.includes(asked))
    const all: readonly Problem[] = [...problems, { code: 'PACKAGE_UNKNOWN', severity: 'error', name, closest }]
    reportProblems(context, all)
    context.exitWith(1)
    return options.json === true ? writeJson(context, { schema, name, versions: [], problems: all }) : undefined
  }
  reportProblems(context, problems)
  const isKnown = !problems.some(({ severity }) => severity === 'error')
  if (!isKnown) context.exitWith(1)
  const entries = historyOf(chain, name)
  if (options.json !== true) return isKnown ? context.out.write(renderHistory(name, entries, context.out)) : undefined
  const versions = entries.map(({ id, at, set, unit, takenBack }) => {
    const { name: _name, ...facts } = unit
    return {
      ...facts,
      changes: unit.changes ?? [],
      at,
      set: id,
      commit: set.commit,
      promotion: set.promotion,
      takenBack,
    }
  })
  writeJson(context, { schema, name, versions, problems })
}
