/**
 * `topsail add`: writes a changeset. Said by flags, it asks nothing; said by nothing, it asks, with what the branch
 * changed already marked. Where nobody can be asked, it tells which flags to use and writes nothing.
 */
import { isBump } from '@topsail/core'
import { addChangeset, type NamedBump } from '@topsail/engine'
import { type Command, InvalidArgumentError } from 'commander'
import { type CommonOptions, folderOf, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { reportProblems } from '../render/problem.ts'
import { printable, printableLines } from '../render/text.ts'

type Options = CommonOptions & {
  readonly package?: readonly NamedBump[]
  readonly major?: readonly string[]
  readonly minor?: readonly string[]
  readonly patch?: readonly string[]
  readonly none?: readonly string[]
  readonly message?: string
  readonly empty?: boolean
  readonly since?: string
  readonly dryRun?: boolean
  readonly commit: boolean
}

export function addCommand(context: CliContext): Command {
  const command = newCommand('add', 'write a changeset: what a change means for the packages it touches')
    .option(
      '-p, --package <name=bump>',
      'a package (without the scope where that is clear) and its bump: major, minor, patch or none; repeatable',
      namedBump,
    )
    .option('--major <names>', 'packages with a major bump, separated by commas; repeatable', names)
    .option('--minor <names>', 'packages with a minor bump', names)
    .option('--patch <names>', 'packages with a patch bump', names)
    .option('--none <names>', 'packages that this change does not release; the message says why', names)
    .option('-m, --message <text>', 'what was done, as the changelog will say it; for --none and --empty, why not')
    .option('--empty', 'name no package: nothing of this branch is released')
    .option('--since <ref>', 'what counts as changed when asking: since this ref, instead of the base branch')
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--no-commit', 'make no commit, whatever "commit" in .changeset/config.json says')
  return command.action(async (options: Options) => {
    const content = await contentOf(options, command, context)
    if (content === undefined) {
      context.err.write('Nothing was written.\n')
      context.exitWith(1)
      return
    }
    await write(content, options, context)
  })
}

type Content = { readonly releases: readonly NamedBump[]; readonly summary: string; readonly empty: boolean }

/** Undefined when the person asked changed their mind. */
async function contentOf(options: Options, command: Command, context: CliContext): Promise<Content | undefined> {
  const releases = releasesOf(options)
  const empty = options.empty === true
  if (empty && releases.length > 0) command.error('error: --empty names no package, so no other flag may', usage)
  if (empty) return { releases: [], summary: options.message ?? '', empty }
  if (releases.length > 0 && options.message !== undefined) return { releases, summary: options.message, empty }
  if (!context.interactive || options.json === true) command.error(howToSayIt(releases), usage)
  const { askChangeset } = await import('../ask/changeset.ts')
  const cwd = folderOf(context, options)
  return askChangeset({ cwd, since: options.since, releases, message: options.message }, context)
}

const usage = { exitCode: 2, code: 'topsail.usage' }

function howToSayIt(releases: readonly NamedBump[]): string {
  if (releases.length > 0) return 'error: there is nobody to ask here: say what was done with --message "…"'
  return (
    'error: there is nobody to ask here: say it by flags, for example\n' +
    '  topsail add --package NAME=patch --message "what was done"\n' +
    '  topsail add --none NAME --message "why it needs no release"\n' +
    '  topsail add --empty --message "why nothing needs a release"\n' +
    'topsail check tells which packages this branch has to answer for.'
  )
}

function releasesOf(options: Options): readonly NamedBump[] {
  const lists = (['major', 'minor', 'patch', 'none'] as const).flatMap((bump) =>
    (options[bump] ?? []).map((name) => ({ name, bump })),
  )
  return [...(options.package ?? []), ...lists]
}

async function write(content: Content, options: Options, context: CliContext): Promise<void> {
  const { dryRun, commit } = options
  const result = await addChangeset({ cwd: folderOf(context, options), ...content, dryRun, commit })
  reportProblems(context, result.problems)
  if (options.json === true) {
    const { file, text, problems } = result
    const facts = { file: file ?? null, text: text ?? null, commit: result.commit ?? null }
    writeJson(context, { schema: 'topsail/add@1', ...facts, problems })
  } else if (result.file !== undefined) {
    const done = result.commit === undefined ? 'wrote' : 'wrote and committed'
    context.out.write(`${done} ${context.out.colours.cyan(printable(result.file))}\n`)
  } else if (result.text !== undefined) context.out.write(printableLines(result.text))
  if (result.text === undefined || result.problems.some(({ severity }) => severity === 'error')) context.exitWith(1)
  else if (content.empty && content.summary.trim() === '' && options.json !== true) {
    context.err.write(
      'It does not say why: write the reason below the front matter, or topsail check will ask for it.\n',
    )
  }
}

/** The last `=` separates, so that a name may hold one. */
function namedBump(value: string, before: readonly NamedBump[] = []): readonly NamedBump[] {
  const at = value.lastIndexOf('=')
  const bump = value.slice(at + 1)
  if (at < 1 || !isBump(bump)) {
    throw new InvalidArgumentError('It must be NAME=major, NAME=minor, NAME=patch or NAME=none.')
  }
  return [...before, { name: value.slice(0, at), bump }]
}

function names(value: string, before: readonly string[] = []): readonly string[] {
  return [
    ...before,
    ...value
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  ]
}
