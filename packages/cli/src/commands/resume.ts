/**
 * `topsail resume`: finishes the release that an earlier run left open, in the direction it had.
 */
import { resumeWorkspace } from '@topsail/engine'
import { type Command } from 'commander'
import { type CommonOptions, folderOf, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'
import { renderPublishResult, renderPublishSteps } from '../render/publish-result.ts'
import { eventsOption, watchRun } from '../watch-run.ts'

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
  const { otp, events, dryRun } = options
  const result = await watchRun(context, { command: 'resume', events, dryRun }, (watch) =>
    resumeWorkspace({ cwd, otp, dryRun, env: context.env, ...watch }),
  )
  reportProblems(context, result.problems)
  context.exitWith(result.exitCode)
  if (events === true) return
  if (options.json === true)
    return writeJson(context, { schema: 'topsail/publish@1', dryRun: dryRun === true, ...result })
  const idle = result.releases.length === 0 && result.steps.length === 0 && result.exitCode === 0
  if (idle) return void context.out.write('No release is open.\n')
  const render = dryRun === true ? renderPublishSteps : renderPublishResult
  context.out.write(render(result, context.out))
}
