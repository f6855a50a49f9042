/**
 * `topsail version`: makes the plan and writes it: manifests, ranges, changelogs, lockfile, consumed changesets.
 */
import { beginVersion, planWorkspace, recoverVersion, versionWorkspace } from '@topsail/engine'
import type { Command } from 'commander'
import { type PlanningOptions, folderOf, newPlanningCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { renderReleases } from '../render/plan-table.ts'
import { reportProblems } from '../render/problem.ts'
import { showVersionResult } from '../render/version-result.ts'
import { snapshotRequest } from './plan.ts'

type Options = PlanningOptions & {
  readonly dryRun?: boolean
  readonly snapshot?: string | true
  readonly ignore?: readonly string[]
  readonly strict?: boolean
  readonly allowDirty?: boolean
  readonly lockfile: boolean
  readonly commit: boolean
  readonly fetch: boolean
}

export function versionCommand(context: CliContext): Command {
  return newPlanningCommand('version', 'write versions, ranges, changelogs and the lockfile')
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--snapshot [tag]', 'write snapshot versions')
    .option('--ignore <names...>', 'leave these packages, or globs of packages, out')
    .option('--strict', 'write nothing when an input was left out of the plan')
    .option('--allow-dirty', 'write although files to be written have uncommitted changes')
    .option('--no-lockfile', 'leave the lockfile as it is')
    .option('--no-commit', 'make no commit, whatever "commit" in .changeset/config.json says')
    .option('--no-fetch', 'ask no remote which versions a rollback has burned')
    .action((options: Options) => version(options, context))
}

async function version(options: Options, context: CliContext): Promise<void> {
  const cwd = folderOf(context, options)
  const recovered = options.dryRun === true ? [] : recoverVersion({ cwd })
  if (recovered.some(({ severity }) => severity === 'error')) {
    showVersionResult({ outcome: 'refused', edits: [], problems: recovered }, options, context)
    return
  }
  const { dryRun, strict, allowDirty, lockfile, commit } = options
  const planning = planWorkspace({
    cwd,
    rules: options.rules,
    sources: options.sources,
    ignore: options.ignore,
    changesetCommits: true,
    fetchBurned: options.fetch,
    snapshotRelease: snapshotRequest(options.snapshot),
    now: context.now().toISOString(),
  })
  const tree = allowDirty === true ? undefined : beginVersion({ cwd })
  const { snapshot, plan } = await planning
  const result = await versionWorkspace({ cwd, snapshot, plan, tree, dryRun, strict, allowDirty, lockfile, commit })
  reportProblems(context, recovered)
  const isPlan = plan.problems.every(({ severity }) => severity !== 'error')
  if (options.json !== true && isPlan) context.out.write(`${renderReleases(plan, context.out)}\n`)
  showVersionResult(result, { json: options.json, plan }, context)
}
