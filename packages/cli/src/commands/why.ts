/**
 * `topsail why PACKAGE`: the whole chain behind its release, or why there is none. A name without its scope will do
 * where only one package has it.
 */
import { type Explanation, type Snapshot, explainRelease, withinDepth } from '@topsail/core'
import { planWorkspace } from '@topsail/engine'
import type { Command } from 'commander'
import { type PlanningOptions, folderOf, fullNameIn, newPlanningCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'
import { renderWhy } from '../render/why.ts'

export function whyCommand(context: CliContext): Command {
  return newPlanningCommand('why', 'tell why a package is released, down to the change that began it, or why it is not')
    .argument('<package>', 'its name; without the scope where that is clear')
    .action(async (name: string, options: PlanningOptions) => {
      const { rules, sources } = options
      const { plan, snapshot } = await planWorkspace({ cwd: folderOf(context, options), rules, sources })
      const found = explainRelease(plan, snapshot, fullName(name, snapshot))
      const explanation = found.kind === 'released' ? withinDepth(found) : found
      show(explanation, snapshot, options, context)
    })
}

export function fullName(name: string, snapshot: Snapshot): string {
  return fullNameIn(name, namesIn(snapshot))
}

function namesIn({ workspace }: Snapshot): readonly string[] {
  return workspace.packages.map((pkg) => pkg.name)
}

function show(explanation: Explanation, snapshot: Snapshot, options: PlanningOptions, context: CliContext): void {
  if (options.json === true) writeJson(context, { schema: 'topsail/why@1', ...explanation })
  if (explanation.kind === 'unknown') {
    // In a folder that could not be read, the name is the least of it.
    const errors = snapshot.problems.filter(({ severity }) => severity === 'error')
    const { name } = explanation
    const closest = explanation.closest ?? namesIn(snapshot).find((known) => name !== '' && known.includes(name))
    reportProblems(context, [...errors, { code: 'PACKAGE_UNKNOWN', severity: 'error', name, closest }])
    context.exitWith(1)
  } else if (options.json !== true) {
    context.out.write(renderWhy(explanation, snapshot, context.out))
  }
}
