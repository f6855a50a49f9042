/**
 * What `topsail approve` and `topsail reject` have in common: they go on with the open staged release, one way or the
 * other, and tell what came of it.
 */
import { decideStaged } from '@topsail/engine'
import { type CommonOptions, folderOf } from './command.ts'
import type { CliContext } from './context.ts'
import { renderPublishResult, renderPublishSteps } from './render/publish-result.ts'
import { tellResult, watchRun } from './watch-run.ts'

export type DecisionOptions = CommonOptions & {
  readonly dryRun?: boolean
  readonly otp?: string
  readonly events?: boolean
}

export async function decide(
  decision: 'approve' | 'reject',
  options: DecisionOptions,
  context: CliContext,
): Promise<void> {
  const cwd = folderOf(context, options)
  const { dryRun, otp } = options
  const result = await watchRun(context, { command: decision, ...options }, (watch) =>
    decideStaged({ cwd, decision, dryRun, otp, env: context.env, ...watch }),
  )
  const isDropped = decision === 'reject' && result.exitCode === 0 && dryRun !== true
  const render = dryRun === true ? renderPublishSteps : renderPublishResult
  tellResult(context, options, result, {
    schema: 'topsail/publish@1',
    problems: result.problems,
    words: () => (isDropped ? 'The staged release was dropped.\n' : render(result, context.out)),
  })
}
