/**
 * `topsail init`: sets up, or carries over the set-up of another release tool, and tells what became of each setting.
 */
import { type Sources, sourcesNames } from '@topsail/core'
import { initWorkspace } from '@topsail/engine'
import type { Command } from 'commander'
import { type CommonOptions, folderOf, newCommand, oneOf, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { renderInit } from '../render/init.ts'
import { reportProblems } from '../render/problem.ts'

type Options = CommonOptions & { readonly dryRun?: boolean; readonly sources?: Sources }

export function initCommand(context: CliContext): Command {
  return newCommand('init', 'set up, or carry over a set-up of Changesets, Lerna, Nx Release, release-please or others')
    .option('--dry-run', 'tell what would be written, and write nothing')
    .option(
      '--sources <sources>',
      `what counts as a change from now on: ${sourcesNames.join(', ')} (both, unless the set-up that is carried over says otherwise)`,
      oneOf(sourcesNames),
    )
    .action(async (options: Options) => {
      const dryRun = options.dryRun === true
      const result = await initWorkspace({ cwd: folderOf(context, options), dryRun, sources: options.sources })
      reportProblems(context, result.problems)
      const failed = result.problems.some((problem) => problem.severity === 'error')
      if (options.json === true) {
        const { from, files, notes, problems } = result
        writeJson(context, { schema: 'topsail/init@1', from: from ?? null, dryRun, files, notes, problems })
      } else if (!failed) context.out.write(renderInit(result, dryRun, context.out.colours))
      if (failed) context.exitWith(1)
    })
}
