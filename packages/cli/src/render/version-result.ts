/**
 * What `version` and `apply` did, or would do: for a person the files and, on a dry run, their differences; for a
 * program `topsail/version@1`.
 */
import { type Problem, type ReleasePlan, toPlanDocument } from '@topsail/core'
import type { VersionResult } from '@topsail/engine'
import { writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { renderDiff } from './diff.ts'
import { reportProblems } from './problem.ts'
import { plural, printable } from './text.ts'

type Edit = VersionResult['edits'][number]

/** `plan` is the plan as it was made here; `apply` has none to show. */
export function showVersionResult(
  result: VersionResult,
  options: { readonly json?: boolean | undefined; readonly plan?: ReleasePlan | undefined },
  context: CliContext,
): void {
  const problems: readonly Problem[] = [...(options.plan?.problems ?? []), ...result.problems]
  reportProblems(context, problems)
  const isIncomplete = result.problems.some(({ severity }) => severity === 'error')
  if (result.outcome === 'refused' || result.outcome === 'failed' || isIncomplete) context.exitWith(1)
  if (options.json === true) {
    writeJson(context, {
      schema: 'topsail/version@1',
      outcome: result.outcome,
      files: result.edits.map((edit) => ({ path: edit.path, change: changeOf(edit) })),
      commit: result.commit ?? null,
      problems,
      ...(options.plan === undefined ? {} : { plan: toPlanDocument(options.plan) }),
    })
    return
  }
  context.out.write(sentences[result.outcome](result))
  if (result.outcome === 'dry-run') showDiffs(result.edits, context)
  if (result.outcome === 'written') showFiles(result.edits, context)
  const isSnapshot = options.plan?.snapshotRelease !== undefined
  if (result.outcome === 'written' && isSnapshot) context.out.write(snapshotWords(result))
}

/** What is released is what is committed; a snapshot needs a commit as well, and no branch that keeps it. */
function snapshotWords({ commit }: VersionResult): string {
  const first = commit === undefined ? 'git add --all && git commit --message "snapshot" && ' : ''
  return `To publish them: ${first}topsail publish --no-tags\n`
}

const sentences: Record<VersionResult['outcome'], (result: VersionResult) => string> = {
  written: ({ edits, commit }) =>
    `Wrote ${plural(edits.length, 'file')}${commit === undefined ? '' : `, and committed them as ${commit.slice(0, 7)}`}.\n`,
  'dry-run': ({ edits }) => `Would write ${plural(edits.length, 'file')}.\n`,
  nothing: () => 'Nothing to write: no package gets a new version.\n',
  refused: () => 'Nothing was written.\n',
  failed: ({ problems }) =>
    problems.some(({ code }) => code === 'WRITE_LEFT_OPEN')
      ? 'Some files are written and others are not: the next run puts them back.\n'
      : 'Nothing was written: the files are as they were before.\n',
}

const letters = { added: 'A', changed: 'M', removed: 'D' } as const

function changeOf(edit: Edit): keyof typeof letters {
  if (edit.before === undefined) return 'added'
  return edit.after === undefined ? 'removed' : 'changed'
}

function showFiles(edits: readonly Edit[], { out }: CliContext): void {
  const paint = { added: out.colours.green, changed: out.colours.yellow, removed: out.colours.red }
  const lines = edits.map((edit) => {
    const change = changeOf(edit)
    return `  ${paint[change](letters[change])} ${printable(edit.path)}\n`
  })
  out.write(lines.join(''))
}

function showDiffs(edits: readonly Edit[], { out }: CliContext): void {
  for (const edit of edits) out.write(`\n${renderDiff(edit, out.colours)}`)
}
