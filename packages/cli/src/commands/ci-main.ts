/**
 * `topsail ci main`: on the branch that releases are made from, publishes what is released and proposes what is pending.
 * Progress and problems go to standard error, the result to standard output, what later steps need to the forge's runner.
 */
import { type ReconcileResult, reconcileMain } from '@topsail/engine'
import type { Command } from 'commander'
import { type ActionOutputs, writeActionOutputs } from '../action-outputs.ts'
import { type CommonOptions, folderOf, newCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { renderReconcileResult } from '../render/reconcile-result.ts'
import { releaseWords } from '../render/release-pull-request.ts'
import { eventsOption, tellResult, watchRun } from '../watch-run.ts'

type Options = CommonOptions & {
  readonly direct?: boolean
  readonly rebuild?: boolean
  readonly publish: boolean
  readonly dryRun?: boolean
  readonly events?: boolean
  readonly otp?: string
  readonly provenance?: boolean
}

export function ciMainCommand(context: CliContext): Command {
  return newCommand('main', 'publish what is released, and open or refresh the release pull request')
    .option('--direct', 'write the versions on the branch itself and publish them, without a pull request')
    .option('--rebuild', 'make the release branch anew, without what others pushed to it, and open what was closed')
    .option('--no-publish', 'leave publishing to another job')
    .option('--dry-run', 'show what would be done, and do nothing')
    .option(...eventsOption)
    .option('--otp <code>', 'a one-time password')
    .option('--provenance', 'attach provenance statements')
    .option('--no-provenance', 'attach none, whatever manifests and .npmrc ask for')
    .action((options: Options, self: Command) =>
      reconcile({ ...self.parent?.opts<CommonOptions>(), ...options }, context),
    )
}

async function reconcile(options: Options, context: CliContext): Promise<void> {
  const cwd = folderOf(context, options)
  const { env } = context
  const { direct, rebuild, publish, dryRun, otp, provenance } = options
  const wanted = { cwd, env, words: releaseWords, direct, rebuild, publish, dryRun, otp, provenance }
  const result = await watchRun(context, { command: 'ci main', ...options }, (watch) =>
    reconcileMain({ ...wanted, ...watch }),
  )
  tellResult(context, options, result, {
    schema: 'topsail/ci-main@1',
    problems: [...(result.published?.problems ?? []), ...result.problems],
    words: () => renderReconcileResult(result, context.out, dryRun === true),
  })
  // What was done is told first.
  writeActionOutputs(context, outputsOf(result))
}

function outputsOf({ exitCode, released, pullRequest }: ReconcileResult): ActionOutputs {
  return {
    ok: String(exitCode === 0),
    'has-changesets': String(
      pullRequest !== undefined && ['opened', 'refreshed', 'current', 'left'].includes(pullRequest.state),
    ),
    'plan-id': pullRequest?.plan ?? '',
    'pull-request': pullRequest?.number === undefined ? '' : String(pullRequest.number),
    published: String(released.length > 0),
    releases: JSON.stringify(released),
  }
}
