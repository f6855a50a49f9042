/**
 * docs/commands.md, written from the commands themselves: what each takes, in the words of its `--help`.
 * `pnpm --filter topsail docs:commands` writes it; a test holds it current.
 */
import type { Command } from 'commander'

export function commandsPage(commands: readonly Command[]): string {
  return `${head}\n${leavesOf(commands).map(section).join('\n')}`
}

export type Leaf = { readonly path: string; readonly command: Command }

/** Commands that do something, each by its whole name: `ci pr`, not `ci`. */
export function leavesOf(commands: readonly Command[], above = ''): readonly Leaf[] {
  return commands.flatMap((command) => {
    const path = `${above}${command.name()}`
    const below = command.commands.filter((each) => each.name() !== 'help')
    return below.length === 0 ? [{ path, command }] : leavesOf(below, `${path} `)
  })
}

/** Of its own, without those that every command has. */
function optionsOf({ command }: Leaf): Command['options'] {
  return command.options.filter(({ long }) => long !== '--cwd' && long !== '--json')
}

function section(leaf: Leaf): string {
  const { path, command } = leaf
  const usage = ['topsail', path, ...command.registeredArguments.map(shown)]
  const taken = [
    ...command.registeredArguments.map((each) => [shown(each), each.description]),
    ...optionsOf(leaf).map(({ flags, description }) => [flags, description]),
  ]
  const rows = taken.map(([what = '', words = '']) => `| \`${what}\` | ${cell(words)} |`)
  const table = rows.length === 0 ? '' : `\n| | |\n| --- | --- |\n${rows.join('\n')}\n`
  return `## topsail ${path}\n\n\`${usage.join(' ')}\`: ${cell(command.description())}.\n${table}`
}

function shown(argument: Command['registeredArguments'][number]): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

const head = `# Commands

Every command takes \`--cwd <dir>\` (the folder of the workspace, instead of this one), \`--help\`, and \`--json\`: one JSON
document on standard output, and everything else on standard error. Its \`schema\` names it and its version, as
\`topsail/plan@1\`; keys may be added at any time, a change of meaning is a new version.

| exit code | |
| --- | --- |
| 0 | done |
| 1 | something is wrong that you can mend; all of it is said at once |
| 2 | the command line was not understood |
| 3 | stopped with an open release: \`topsail resume\` or \`topsail rollback\` |
| 70 | a bug of Topsail |

<!-- Written from packages/cli/src/commands/ by \`pnpm --filter topsail docs:commands\`. -->
`
