/**
 * `topsail apply FILE`: writes exactly the plan of the file, or refuses and lists what moved since.
 */
import { parsePlanDocument } from '@topsail/core'
import { applyPlanDocument } from '@topsail/engine'
import type { Command } from 'commander'
import { type CommonOptions, folderOf, newCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { readNamedFile } from '../named-file.ts'
import { showVersionResult } from '../render/version-result.ts'

type Options = CommonOptions & {
  readonly dryRun?: boolean
  readonly strict?: boolean
  readonly allowDirty?: boolean
  readonly lockfile: boolean
  readonly commit: boolean
}

export function applyCommand(context: CliContext): Command {
  return newCommand('apply', 'write exactly the plan of a file, or refuse and say what moved')
    .argument('<file>', 'what `topsail plan -o` wrote')
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--strict', 'write nothing when an input was left out of the plan')
    .option('--allow-dirty', 'write although files to be written have uncommitted changes')
    .option('--no-lockfile', 'leave the lockfile as it is')
    .option('--no-commit', 'make no commit, whatever "commit" in .changeset/config.json says')
    .action((file: string, options: Options) => apply(file, options, context))
}

async function apply(file: string, options: Options, context: CliContext): Promise<void> {
  const read = readNamedFile(context, file)
  const parsed =
    'problem' in read ? { document: undefined, problems: [read.problem] } : parsePlanDocument(read.text, file)
  const { dryRun, strict, allowDirty, lockfile, commit } = options
  const cwd = folderOf(context, options)
  const result =
    parsed.document === undefined
      ? { outcome: 'refused' as const, edits: [], problems: parsed.problems }
      : await applyPlanDocument({ cwd, document: parsed.document, file, dryRun, strict, allowDirty, lockfile, commit })
  showVersionResult(result, options, context)
}
