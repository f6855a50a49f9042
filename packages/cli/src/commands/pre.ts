/**
 * `topsail pre enter TAG` and `topsail pre exit`: pre mode on and off, as `changeset pre` does it.
 */
import { enterPre, exitPre, type PreResult } from '@topsail/engine'
import type { Command } from 'commander'
import { type CommonOptions, folderOf, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'

type Options = CommonOptions & { readonly dryRun?: boolean }

export function preCommand(context: CliContext): Command {
  const command = newCommand('pre', 'enter or leave pre mode, in which versions carry a prerelease tag')
  const enter = newCommand('enter', 'from now on, version as prereleases with this tag')
    .argument('<tag>', 'what stands in the versions, for example next')
    .option('--dry-run', 'show what would be written, and write nothing')
    .action(async (tag: string, options: Options, self: Command) => {
      const asked = { ...self.parent?.opts<Options>(), ...options }
      const result = await enterPre({ cwd: folderOf(context, asked), tag, dryRun: asked.dryRun })
      show(result, `Pre mode is on: versions will be tagged "${tag}".`, asked, context)
    })
  const exit = newCommand('exit', 'from the next version on, release without a tag again')
    .option('--dry-run', 'show what would be written, and write nothing')
    .action(async (options: Options, self: Command) => {
      const asked = { ...self.parent?.opts<Options>(), ...options }
      const result = await exitPre({ cwd: folderOf(context, asked), dryRun: asked.dryRun })
      show(result, 'Pre mode ends with the next topsail version.', asked, context)
    })
  return command.addCommand(enter).addCommand(exit)
}

function show(result: PreResult, sentence: string, options: Options, context: CliContext): void {
  const { state, problems } = result
  reportProblems(context, problems)
  if (options.json === true) writeJson(context, { schema: 'topsail/pre@1', state: state ?? null, problems })
  else if (state !== undefined) {
    context.out.write(
      options.dryRun === true ? `.changeset/pre.json would hold:\n${result.text ?? ''}` : `${sentence}\n`,
    )
  }
  if (state === undefined) context.exitWith(1)
}
