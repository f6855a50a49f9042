/**
 * `topsail what-if`: the difference that an edit would make to the plan, without making it, and the cheapest range
 * edits that would make the cascade smaller. Without an edit, only the latter.
 */
import { type Bump, type Snapshot, type WhatIf, type WhatIfEdit, bumps, toPlanDocument, whatIf } from '@topsail/core'
import { readSnapshot, sha256 } from '@topsail/engine'
import { type Command, InvalidArgumentError } from 'commander'
import { type PlanningOptions, folderOf, newPlanningCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'
import { renderWhatIf } from '../render/what-if.ts'
import { fullName } from './why.ts'

type Asked = { readonly name: string; readonly bump: Bump }
type Widened = { readonly dependent: string; readonly dependency: string; readonly range: string }

type Options = PlanningOptions & {
  readonly bump?: readonly Asked[]
  readonly drop?: readonly string[]
  readonly add?: readonly string[]
  readonly widen?: readonly string[]
}

export function whatIfCommand(context: CliContext): Command {
  const command = newPlanningCommand('what-if', 'show what the plan would be with a change more, less or other')
    .option('--bump <name=bump>', 'give a package this bump (can be repeated)', collected(askedBump))
    .option('--drop <change>', 'leave a changeset or a commit out (can be repeated)', collected(String))
    .option('--add <message>', 'add a conventional commit (can be repeated)', collected(String))
    .option('--widen <edge-range...>', "let a dependent accept more: --widen 'A->B' '^1 || ^2' (can be repeated)")
  return command.action(async (options: Options) => {
    const { rules, sources } = options
    const edges = widenedRanges(options.widen ?? [], command)
    const snapshot = await readSnapshot({ cwd: folderOf(context, options), rules, sources })
    const result = whatIf(snapshot, sha256, editsOf(options, edges, snapshot))
    show(result, options, context)
  })
}

function editsOf(options: Options, edges: readonly Widened[], snapshot: Snapshot): readonly WhatIfEdit[] {
  const named = (name: string): string => fullName(name, snapshot)
  return [
    ...edges.map(({ dependent, dependency, range }) => ({
      kind: 'widen' as const,
      dependent: named(dependent),
      dependency: named(dependency),
      range,
    })),
    ...(options.drop ?? []).map((change) => ({ kind: 'drop' as const, change })),
    ...(options.add ?? []).map((message) => ({ kind: 'add' as const, message })),
    ...(options.bump ?? []).map(({ name, bump }) => ({ kind: 'bump' as const, name: named(name), bump })),
  ]
}

function show(result: WhatIf, options: Options, context: CliContext): void {
  const errors = result.after.problems.filter(({ severity }) => severity === 'error')
  reportProblems(context, [...result.problems, ...errors])
  if (result.problems.length + errors.length > 0) context.exitWith(1)
  if (options.json === true) {
    const { before, after, difference, cheaper, problems } = result
    const plans = { before: toPlanDocument(before), after: toPlanDocument(after) }
    writeJson(context, { schema: 'topsail/what-if@1', difference, cheaper, problems, ...plans })
  } else if (result.problems.length === 0) {
    context.out.write(renderWhatIf(result, context.out))
  }
}

function collected<T>(parse: (text: string) => T): (text: string, before?: readonly T[]) => readonly T[] {
  return (text, before = []) => [...before, parse(text)]
}

function askedBump(text: string): Asked {
  const at = text.lastIndexOf('=')
  const bump = bumps.find((known) => known === text.slice(at + 1))
  if (at < 1 || bump === undefined) throw new InvalidArgumentError(`Write it as NAME=${bumps.join('|')}.`)
  return { name: text.slice(0, at), bump }
}

/** Commander gathers the values of all `--widen` in one list. */
function widenedRanges(values: readonly string[], command: Command): readonly Widened[] {
  const edges: Widened[] = []
  for (let index = 0; index < values.length; index += 2) {
    const [edge = '', range] = values.slice(index, index + 2)
    const [dependent = '', dependency = '', ...more] = edge.split('->').map((name) => name.trim())
    if (dependent === '' || dependency === '' || more.length > 0 || range === undefined) {
      command.error("error: --widen takes an edge and a range: --widen 'DEPENDENT->DEPENDENCY' '^1 || ^2'")
    }
    edges.push({ dependent, dependency, range })
  }
  return edges
}
