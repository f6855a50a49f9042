/**
 * What `topsail approve` and `topsail reject` have in common: they go on with the open staged release, one way or the
 * other, and tell what came of it.
 */
import { decideStaged } from '@topsail/engine'
import { type CommonOptions, folderOf, writeJson } from './command.ts'
import type { CliContext } from './context.ts'
import { reportProblems } from './render/problem.ts'
import { renderPublishResult } from './render/publish-result.ts'
import { watchRun } from './watch-run.ts'

export type DecisionOptions = CommonOptions & { readonly otp?: string; readonly events?: boolean }

export async function decide(
  decision: 'approve' | 'reject',
  options: DecisionOptions,
  context: CliContext,
): Promise<void> {
  const cwd = folderOf(context, options)
  const { events } = options
  const result = await watchRun(context, { command: decision, events }, (watch) =>
    decideStaged({ cwd, decision, otp: options.otp, env: context.env, ...watch }),
  )
  reportProblems(context, result.problems)
  context.exitWith(result.exitCode)
  if (events === true) return
  if (options.json === true) return writeJson(context, { schema: 'topsail/publish@1', dryRun: false, ...result })
  const isDropped = decision === 'reject' && result.exitCode === 0
  context.out.write(isDropped ? 'The staged release was dropped.\n' : renderPublishResult(result, context.out))
}
