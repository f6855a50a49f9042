/**
 * `topsail rollback [RELEASE]`: takes a release back in reverse order. What it will do, and what will remain all the
 * same, is said before the first step.
 */
import { rollbackWorkspace } from '@topsail/engine'
import { type Command } from 'commander'
import { type CommonOptions, folderOf, newCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { renderRollbackPlan, renderRollbackResult } from '../render/rollback.ts'
import { eventsOption, tellResult, watchRun } from '../watch-run.ts'

type Options = CommonOptions & {
  readonly dryRun?: boolean
  readonly unpublish?: boolean
  readonly otp?: string
  readonly events?: boolean
}

export function rollbackCommand(context: CliContext): Command {
  return newCommand('rollback', 'take a release back: the open one, or else the newest')
    .argument('[release]', 'its name, as topsail status lists it')
    .option('--dry-run', 'show what would be taken back and what would remain, and change nothing')
    .option('--unpublish', 'take versions away where the registry allows it, instead of deprecating them')
    .option('--otp <code>', 'a one-time password')
    .option(...eventsOption)
    .action((release: string | undefined, options: Options) => rollback(release, options, context))
}

async function rollback(release: string | undefined, options: Options, context: CliContext): Promise<void> {
  const cwd = folderOf(context, options)
  const { dryRun, unpublish, otp } = options
  const result = await watchRun(context, { command: 'rollback', ...options }, (watch) =>
    rollbackWorkspace({ cwd, release, dryRun, unpublish, otp, env: context.env, ...watch }),
  )
  const planned = dryRun === true ? result.rollback : undefined
  tellResult(context, options, result, {
    schema: 'topsail/rollback@1',
    problems: result.problems,
    words: () => (planned === undefined ? renderRollbackResult(result) : renderRollbackPlan(planned, context.out)),
  })
}
