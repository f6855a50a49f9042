/**
 * What every command has in common: `--cwd`, `--json`, and the folder they mean.
 */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type RulesName, type Sources, rulesNames, sourcesNames } from '@topsail/core'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { CliContext } from './context.ts'
import { printable, printableJson } from './render/text.ts'

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

/** The folder that a command works in. One that does not exist is wrong usage. */
export function folderOf(context: CliContext, options: CommonOptions): string {
  if (options.cwd === undefined) return context.cwd
  const folder = resolve(context.cwd, options.cwd)
  if (isFolder(folder)) return folder
  const message = `error: --cwd ${printable(options.cwd)} is not a folder`
  context.err.write(`${message}\n`)
  throw new CommanderError(2, 'topsail.cwd', message)
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** A name without its scope will do where only one package has it. */
export function fullNameIn(name: string, names: readonly string[]): string {
  if (names.includes(name)) return name
  const [only, ...others] = names.filter((candidate) => candidate.endsWith(`/${name}`))
  return only !== undefined && others.length === 0 ? only : name
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
  context.out.write(`${printableJson(JSON.stringify(document, undefined, 2))}\n`)
}
