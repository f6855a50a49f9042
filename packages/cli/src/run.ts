/**
 * One run of the command line: finds the command, imports only its file, lets commander read the arguments, and turns
 * whatever happens into an exit code. Nothing thrown gets past it.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { commandTable } from './command-table.ts'
import type { CliContext } from './context.ts'
import { renderBug } from './render/bug.ts'
import { printableLines } from './render/text.ts'

const exitCodes = { done: 0, problems: 1, usage: 2, openJournal: 3, bug: 70 } as const

export async function run(args: readonly string[], context: CliContext): Promise<number> {
  try {
    const program = await programFor(args, context)
    // Asked for the help of a command that there is none of, commander would print that of all.
    await program.parseAsync(isKnown(args) ? [...args] : args.slice(1), { from: 'user' })
    return context.exitCode()
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    return stoppedBy(error, context)
  }
}

/** A run that something ended which nobody expected. */
export async function stoppedBy(error: unknown, context: CliContext): Promise<number> {
  const refusal = refusalOfMachine(error)
  if (refusal === undefined) return reportBug(error, context)
  try {
    const { reportProblems } = await import('./render/problem.ts')
    reportProblems(context, [{ code: 'DISK_REFUSED', severity: 'error', detail: refusal }])
  } catch {
    // Where no file can be opened any more not even the sentence can be read.
    context.err.write(`error  DISK_REFUSED\n  ${printableLines(refusal)}\n`)
  }
  return exitCodes.problems
}

export function reportBug(error: unknown, context: CliContext): number {
  context.err.write(renderBug(error, topsailVersion(), context.err.colours))
  return exitCodes.bug
}

/** A full or read-only disk, a folder of somebody else: nobody's bug, wherever it is met. */
function refusalOfMachine(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const isRefused = ['EACCES', 'EDQUOT', 'EFBIG', 'EIO', 'EMFILE', 'ENFILE', 'ENOSPC', 'EPERM', 'EROFS'].includes(
    String(code),
  )
  return isRefused && error instanceof Error ? error.message : undefined
}

/** What could not be printed was not answered, although everything else was done. */
export function afterPrinting(code: number, context: CliContext): number {
  const lost = context.out.lost?.()
  if (lost === undefined) return code
  context.err.write(`error: standard output cannot be written: ${printableLines(lost)}\n`)
  return code === exitCodes.done ? exitCodes.problems : code
}

/** Asked for by whoever tells of a bug as well, who may not fail. */
function topsailVersion(): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    return String((manifest as { version?: unknown }).version)
  } catch {
    return 'unknown'
  }
}

/** Every command is listed for `--help`; only the one that is called is loaded. */
async function programFor(args: readonly string[], context: CliContext): Promise<Command> {
  const program = new Command('topsail')
    .description('Releases monorepos: plan, explain, version and publish in dependency order.')
    .version(topsailVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('Run with --help for what it takes.')
    .exitOverride()
    .configureOutput({
      writeOut: context.out.write,
      // What commander quotes here is what the user typed.
      writeErr: (text) => context.err.write(printableLines(text)),
      getOutHasColors: () => context.out.colours.isColorSupported,
      getErrHasColors: () => context.err.colours.isColorSupported,
    })
  const called = args[0] === 'help' ? args[1] : args.find((arg) => !arg.startsWith('-'))
  for (const entry of commandTable) {
    const command = entry.name === called ? (await entry.load())(context) : stub(entry.name, entry.summary)
    program.addCommand(inheriting(command, program))
  }
  if (args.length === 0) program.help({ error: true })
  return program
}

function isKnown([first, second]: readonly string[]): boolean {
  return first !== 'help' || second === undefined || commandTable.some(({ name }) => name === second)
}

function stub(name: string, summary: string): Command {
  return new Command(name).description(summary)
}

/** Commander hands settings down only to commands it makes itself. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent).helpCommand(false)
  for (const child of command.commands) inheriting(child, command)
  return command
}
