/**
 * `topsail ci words`: a report, read from standard input, as the comment and the check that would be posted for it. For
 * those who post themselves, as the bot does: it needs no repository, no network and no credential.
 */
import { parseReport, reportLimits, type ForgeBranch } from '@topsail/core'
import { type Command, Option } from 'commander'
import { newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'
import { pullRequestWords } from '../render/pull-request-words.ts'

type Options = { readonly forge: 'github' | 'gitlab'; readonly branch?: string; readonly webUrl?: string }

export function ciWordsCommand(context: CliContext): Command {
  return newCommand('words', 'print what would be posted for a report, read from standard input, as JSON')
    .addOption(new Option('--forge <forge>', 'whose addresses').choices(['github', 'gitlab']).default('github'))
    .option('--branch <name>', 'the branch of the pull request, for links that write a changeset')
    .option('--web-url <url>', 'the repository of that branch, as a person opens it')
    .action(async (options: Options) => {
      const reading = parseReport(await context.input(reportLimits.file * 4))
      if (reading.ok) return writeJson(context, pullRequestWords(reading.report, headOf(options)))
      const { at, wanted } = reading
      reportProblems(context, [{ code: 'REPORT_INVALID', severity: 'error', at, wanted }])
      context.exitWith(1)
    })
}

function headOf({ forge, branch, webUrl }: Options): ForgeBranch | undefined {
  return branch === undefined || webUrl === undefined ? undefined : { kind: forge, webUrl, branch }
}
