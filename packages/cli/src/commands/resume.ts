/**
 * `topsail resume`: finishes the release that an earlier run left open, in the direction it had.
 */
import { resumeWorkspace } from '@topsail/engine'
import { type Command } from 'commander'
import { type CommonOptions, folderOf, newCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { renderPublishResult, renderPublishSteps } from '../render/publish-result.ts'
import { eventsOption, tellResult, watchRun } from '../watch-run.ts'

type Options = CommonOptions & { readonly dryRun?: boolean; readonly otp?: string; readonly events?: boolean }

export function resumeCommand(context: CliContext): Command {
  return newCommand('resume', 'finish the release that an earlier run left open')
    .option('--dry-run', 'show what is left to do, and do nothing')
    .option('--otp <code>', 'a one-time password')
    .option(...eventsOption)
    .action((options: Options) => resume(options, context))
}

async function resume(options: Options, context: CliContext): Promise<void> {
  const cwd = folderOf(context, options)
  const { otp, dryRun } = options
  const result = await watchRun(context, { command: 'resume', ...options }, (watch) =>
    resumeWorkspace({ cwd, otp, dryRun, env: context.env, ...watch }),
  )
  const isIdle = result.releases.length === 0 && result.steps.length === 0 && result.exitCode === 0
  const render = dryRun === true ? renderPublishSteps : renderPublishResult
  tellResult(context, options, result, {
    schema: 'topsail/publish@1',
    problems: result.problems,
    words: () => (isIdle ? 'No release is open.\n' : render(result, context.out)),
  })
}
