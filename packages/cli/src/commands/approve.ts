/**
 * `topsail approve`: makes a staged release public, the whole set in dependency order with one one-time password.
 */
import { type Command } from 'commander'
import { newCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { decide, type DecisionOptions } from '../staged-decision.ts'
import { eventsOption } from '../watch-run.ts'

export function approveCommand(context: CliContext): Command {
  return newCommand('approve', 'make a staged release public, dependencies first')
    .option('--dry-run', 'show what would be done, and do nothing')
    .option('--otp <code>', 'a one-time password, for all of it')
    .option(...eventsOption)
    .action((options: DecisionOptions) => decide('approve', options, context))
}
