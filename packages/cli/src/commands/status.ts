/**
 * `topsail status`: what became of the newest releases, what of them the registries have, who is releasing now, and
 * the next command.
 */
import { statusWorkspace, type AwaitedEvent } from '@topsail/engine'
import { type Command } from 'commander'
import { type CommonOptions, folderOf, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'
import { waitingLine } from '../render/publish-progress.ts'
import { renderStatus } from '../render/status.ts'

type Options = CommonOptions & { readonly offline?: boolean }

export function statusCommand(context: CliContext): Command {
  return newCommand('status', 'show the newest releases, who is releasing now, and what to do next')
    .option('--offline', 'ask no registry and no remote: what this clone knows')
    .action((options: Options) => status(options, context))
}

async function status(options: Options, context: CliContext): Promise<void> {
  const { offline } = options
  const onAwaited = (event: AwaitedEvent): void => void context.err.write(`${waitingLine(event, context.err)}\n`)
  const result = await statusWorkspace({ cwd: folderOf(context, options), offline, env: context.env, onAwaited })
  reportProblems(context, result.problems)
  context.exitWith(result.exitCode)
  if (options.json === true) writeJson(context, { schema: 'topsail/status@1', ...result })
  else context.out.write(renderStatus(result, context.out))
}
