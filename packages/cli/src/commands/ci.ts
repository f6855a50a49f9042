/** `topsail ci …`: what a pipeline runs. Each command is a file of its own, loaded with this one. */
import type { Command } from 'commander'
import { newCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { ciMainCommand } from './ci-main.ts'
import { ciPostCommand } from './ci-post.ts'
import { ciPrCommand } from './ci-pr.ts'
import { ciWordsCommand } from './ci-words.ts'

export function ciCommand(context: CliContext): Command {
  return newCommand('ci', 'what a pipeline runs')
    .addCommand(ciPrCommand(context))
    .addCommand(ciPostCommand(context))
    .addCommand(ciWordsCommand(context))
    .addCommand(ciMainCommand(context))
}
