/**
 * What every command has in common: `--cwd`, `--json`, and the folder they mean.
 */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { type RulesName, type Sources, rulesNames, sourcesNames } from '@topsail/core'
import { InvalidArgumentError } from 'commander'
import type { CliContext } from './context.ts'

export type CommonOptions = { readonly cwd?: string; readonly json?: boolean }
export type PlanningOptions = CommonOptions & { readonly rules?: RulesName; readonly sources?: Sources }

export function newCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option('--cwd <dir>', 'the folder of the workspace, instead of this one')
    .option('--json', 'print one JSON document on standard output, and everything else on standard error')
}

/** For the commands that compute a plan. */
export function newPlanningCommand(name: string, summary: string): Command {
  return newCommand(name, summary)
    .option('--rules <rules>', `how releases spread to dependents: ${rulesNames.join(', ')}`, oneOf(rulesNames))
    .option('--sources <sources>', `what counts as a change: ${sourcesNames.join(', ')}`, oneOf(sourcesNames))
}

export function folderOf(context: CliContext, options: CommonOptions): string {
  return options.cwd === undefined ? context.cwd : resolve(context.cwd, options.cwd)
}

/** An option's value that must be one of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): (value: string) => Word {
  return (value) => {
    const word = words.find((known) => known === value)
    if (word === undefined) throw new InvalidArgumentError(`It must be one of ${words.join(', ')}.`)
    return word
  }
}

export function writeJson(context: CliContext, document: unknown): void {
  context.out.write(`${JSON.stringify(document, undefined, 2)}\n`)
}
