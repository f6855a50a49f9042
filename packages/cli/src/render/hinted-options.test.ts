/** A hint is read under the command that gave it: an option that it names has to be one of that command's. */
import type { Problem, ProblemCode } from '@topsail/core'
import { beforeAll, expect, test } from 'vitest'
import { commandTable } from '../command-table.ts'
import { memoryContext } from '../context.ts'
import { leavesOf } from './commands-page.ts'
import { exampleOf, problemCodes } from './problems-page.ts'
import { mendOf } from './problem.ts'

/** Under which commands a hint with an option alone is read; where a code is not listed, under all of them. */
const readUnder: Partial<Record<ProblemCode, readonly string[]>> = {
  BASE_BRANCH_MISSING: ['add', 'check', 'ci pr'],
  BASE_REF_UNKNOWN: ['add', 'check', 'ci pr'],
  BASE_UNRELATED: ['add', 'check', 'ci pr'],
  CHANGESET_NAMES_NOTHING: ['add'],
  CHANGESET_SUMMARY_MISSING: ['add'],
  COMMIT_FAILED: ['add', 'version', 'apply'],
  COVERAGE_MISSING: ['add'],
  PULL_REQUEST_NOT_TOLD: ['ci post'],
  RECORDS_NOT_FETCHED: ['version', 'history', 'diff'],
  REGISTRY_NOT_READ: ['status'],
  SNAPSHOT_PLACEHOLDER_EMPTY: ['plan', 'version'],
  TREE_DIRTY: ['version', 'apply'],
  TREE_STATE_UNKNOWN: ['version', 'apply'],
  UPLOAD_UNAUTHORISED: ['publish', 'resume', 'rollback', 'approve', 'reject', 'ci main'],
  WHAT_IF_NO_SUCH_EDGE: ['what-if'],
}

/** Facts on which a hint turns. */
const variants: Partial<Record<ProblemCode, readonly object[]>> = {
  BASE_UNRELATED: [{ shallow: false }],
  FORGE_UNKNOWN: [{ severity: 'warning' }],
  FORGE_WITHOUT_TOKEN: [{ kind: 'gitlab' }],
  PROVENANCE_UNAVAILABLE: [{ lacks: 'github-permission' }, { lacks: 'gitlab-token' }],
  SNAPSHOT_PLACEHOLDER_EMPTY: [{ placeholder: 'tag' }, { placeholder: 'commit' }],
  UPLOAD_UNAUTHORISED: [{ oneTimePassword: true }],
}

const options = new Map<string, readonly (string | undefined)[]>()
beforeAll(async () => {
  const { context } = memoryContext({ cwd: '/' })
  const commands = await Promise.all(commandTable.map(async ({ load }) => (await load())(context)))
  for (const { path, command } of leavesOf(commands)) {
    options.set(path, [...command.options.map(({ long }) => long), '--help'])
  }
})

type Hinted = { readonly option: string; readonly of: string | undefined }

/** What of a hint belongs to a command that it names; an option behind another program's name is that program's. */
function optionsIn(hint: string): readonly Hinted[] {
  const clauses = hint.split(/[;,()]|\bor (?:pass|leave|name|nobody)\b/)
  return clauses.flatMap((clause) => {
    const [whole = '', program = '', words = ''] =
      /\b(topsail|git|pnpm|npm|yarn|bun) ([a-z][a-z -]*)/.exec(clause) ?? []
    const at = clause.indexOf(whole)
    return [...clause.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].flatMap((match): readonly Hinted[] => {
      if (program === '' || match.index < at) return [{ option: match[0], of: undefined }]
      const named = [...options.keys()].find((path) => `${words.trim()} `.startsWith(`${path} `))
      return program === 'topsail' ? [{ option: match[0], of: named ?? `topsail ${words}` }] : []
    })
  })
}

test.each(problemCodes())('%s names no option that the command it is read under lacks', (code) => {
  const hints = [{}, ...(variants[code] ?? [])].map(
    (facts) => mendOf({ ...exampleOf(code), ...facts } as Problem) ?? '',
  )
  for (const { option, of } of hints.flatMap(optionsIn)) {
    const commands = of === undefined ? (readUnder[code] ?? [...options.keys()]) : [of]
    const lacking = commands.filter((path) => options.get(path)?.includes(option) !== true)
    expect({ option, lacking }).toEqual({ option, lacking: [] })
  }
})
