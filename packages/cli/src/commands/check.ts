/**
 * `topsail check`: what a branch lacks, every problem at once. Text for a person, `--json`, `--markdown` for a comment,
 * and annotations beside the lines in GitHub Actions. Exit 1 when something is to be mended.
 */
import { relative, sep } from 'node:path'
import { changeDocument } from '@topsail/core'
import { checkWorkspace, type CheckResult } from '@topsail/engine'
import { type Command, Option } from 'commander'
import { type CommonOptions, folderOf, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { hasFailed, mendingCommand, renderCoverage } from '../render/coverage.ts'
import { reportProblems } from '../render/problem.ts'

type Options = CommonOptions & { readonly since?: string; readonly markdown?: boolean; readonly github?: boolean }

export function checkCommand(context: CliContext): Command {
  return newCommand('check', 'tell what this branch lacks: packages without an answer, changesets that are wrong')
    .option('--since <ref>', 'compare with this ref, instead of where the branch left the base branch')
    .addOption(new Option('--markdown', 'print markdown that fits into a pull request comment').conflicts('json'))
    .option('--github', 'print annotations for GitHub Actions (there, it is the default)')
    .option('--no-github', 'print no annotations')
    .action(async (options: Options) => {
      const result = await checkWorkspace({ cwd: folderOf(context, options), since: options.since })
      await show(result, options, context)
      if (hasFailed(result)) context.exitWith(1)
    })
}

async function show(result: CheckResult, options: Options, context: CliContext): Promise<void> {
  const asText = options.json !== true && options.markdown !== true
  if (options.json === true) writeJson(context, checkDocument(result))
  else if (options.markdown === true) {
    context.out.write((await import('../render/coverage-markdown.ts')).renderCoverageMarkdown(result))
  } else context.out.write(renderCoverage(result, context.out))
  if (!asText) reportProblems(context, result.problems)
  if (!(options.github ?? context.env['GITHUB_ACTIONS'] === 'true')) return
  const { renderAnnotations } = await import('../render/annotations.ts')
  const annotations = renderAnnotations(result.problems, folderInRepository(result.root, context))
  // A runner reads commands from both streams; standard output may hold one document alone.
  const output = asText ? context.out : context.err
  output.write(annotations)
}

/** Annotations name files from the root of the repository, which a runner tells. */
function folderInRepository(root: string, context: CliContext): string {
  const checkout = context.env['GITHUB_WORKSPACE']
  const folder = checkout ? relative(checkout, root).split(sep).join('/') : ''
  return folder.startsWith('..') ? '' : folder
}

/** `topsail/check@1`: additions are free, a change of meaning is a new schema. */
export function checkDocument(result: CheckResult): object {
  return {
    schema: 'topsail/check@1',
    ok: !hasFailed(result),
    base: result.base ?? null,
    packages: result.packages,
    unowned: result.unowned,
    changes: result.changes.map(changeDocument),
    problems: result.problems,
    mend: mendingCommand(result) ?? null,
  }
}
