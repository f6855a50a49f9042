/**
 * `topsail resume`: finishes the release that an earlier run left open, in the direction it had.
 */
import { resumeWorkspace } from '@topsail/engine'
import { type Command } from 'commander'
import { type CommonOptions, folderOf, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'
import { renderPublishResult } from '../render/publish-result.ts'
import { eventsOption, watchRun } from '../watch-run.ts'

type Options = CommonOptions & { readonly otp?: string; readonly events?: boolean }

export function resumeCommand(context: CliContext): Command {
  return newCommand('resume', 'finish the release that an earlier run left open')
    .option('--otp <code>', 'a one-time password')
    .option(...eventsOption)
    .action((options: Options) => resume(options, context))
}

async function resume(options: Options, context: CliContext): Promise<void> {
  const cwd = folderOf(context, options)
  const { otp, events } = options
  const result = await watchRun(context, { command: 'resume', events }, (watch) =>
    resumeWorkspace({ cwd, otp, env: context.env, ...watch }),
  )
  reportProblems(context, result.problems)
  context.exitWith(result.exitCode)
  if (events === true) return
  if (options.json === true) return writeJson(context, { schema: 'topsail/publish@1', dryRun: false, ...result })
  const idle = result.releases.length === 0 && result.exitCode === 0
  context.out.write(idle ? 'No release is open.\n' : renderPublishResult(result, context.out))
}
