/**
 * `topsail resume`: finishes the release that an earlier run left open, in the direction it had.
 */
import { resumeWorkspace } from '@topsail/engine'
import { type Command } from 'commander'
import { type CommonOptions, folderOf, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'
import { publishProgress } from '../render/publish-progress.ts'
import { renderPublishResult } from '../render/publish-result.ts'

type Options = CommonOptions & { readonly otp?: string }

export function resumeCommand(context: CliContext): Command {
  return newCommand('resume', 'finish the release that an earlier run left open')
    .option('--otp <code>', 'a one-time password')
    .action((options: Options) => resume(options, context))
}

async function resume(options: Options, context: CliContext): Promise<void> {
  const progress = publishProgress(context.err)
  const { onEvent, onWait } = progress
  const cwd = folderOf(context, options)
  const result = await resumeWorkspace({ cwd, otp: options.otp, env: context.env, onEvent, onWait }).finally(
    progress.end,
  )
  reportProblems(context, result.problems)
  context.exitWith(result.exitCode)
  if (options.json === true) return writeJson(context, { schema: 'topsail/publish@1', dryRun: false, ...result })
  const idle = result.releases.length === 0 && result.exitCode === 0
  context.out.write(idle ? 'No release is open.\n' : renderPublishResult(result, context.out))
}
