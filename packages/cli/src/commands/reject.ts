/**
 * `topsail reject`: drops a staged release, which nobody could install.
 */
import { type Command } from 'commander'
import { newCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { decide, type DecisionOptions } from '../staged-decision.ts'
import { eventsOption } from '../watch-run.ts'

export function rejectCommand(context: CliContext): Command {
  return newCommand('reject', 'drop a staged release')
    .option('--dry-run', 'show what would be done, and do nothing')
    .option('--otp <code>', 'a one-time password, for all of it')
    .option(...eventsOption)
    .action((options: DecisionOptions) => decide('reject', options, context))
}
