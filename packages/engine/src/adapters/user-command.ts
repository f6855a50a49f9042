/**
 * A command that the user's configuration names, run without a shell: each placeholder becomes a part of one argument,
 * whatever it holds. Bounded in time and in what it may print; what it prints is cleaned before anybody reads it.
 */
export type UserCommand = {
  /** The program and its arguments; `{name}` and the like are filled in. */
  readonly argv: readonly string[]
  readonly values: Readonly<Record<string, string>>
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly input?: string | undefined
  /** Seconds. */
  readonly timeout: number
  /** Takes secrets out of what it prints to standard error. */
  readonly redact: (text: string) => string
}

export type CommandAnswer =
  | { readonly kind: 'ended'; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** It could not be started, was stopped, or printed without end. */
  | { readonly kind: 'broken'; readonly detail: string; readonly missing: boolean }

export async function runUserCommand(command: UserCommand): Promise<CommandAnswer> {
  const { execa } = await import('execa')
  const [file = '', ...args] = command.argv.map((argument) => filled(argument, command.values))
  const child = execa(file, args, {
    cwd: command.cwd,
    env: command.env,
    reject: false,
    timeout: command.timeout * 1000,
    maxBuffer: mostOutput,
    preferLocal: true,
    ...(command.input === undefined ? { stdin: 'ignore' as const } : { input: command.input }),
  })
  // Closing its output does not stop a program that never looks.
  let printed = 0
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.length
      if (printed > mostOutput) child.kill('SIGKILL')
    })
  }
  const run = await child
  if (run.timedOut) return broken(`${file} took longer than ${command.timeout} seconds`)
  if (run.isMaxBuffer || printed > mostOutput) return broken(`${file} printed more than ${mostOutput / 1024} kB`)
  if (run.code === 'ENOENT' || run.code === 'EACCES') return broken(`${file} cannot be started: ${run.code}`, true)
  if (run.exitCode === undefined) return broken(`${file} was stopped by ${run.signal ?? 'the system'}`)
  return { kind: 'ended', code: run.exitCode, stdout: run.stdout, stderr: command.redact(lastPart(run.stderr)) }
}

const mostOutput = 1024 * 1024

/** One pass, so that a value which looks like a placeholder stays what it is. */
function filled(argument: string, values: Readonly<Record<string, string>>): string {
  return argument.replaceAll(/\{(\w+)\}/g, (whole, key: string) =>
    Object.hasOwn(values, key) ? (values[key] ?? whole) : whole,
  )
}

export function lastPart(text: string): string {
  const trimmed = text.trim()
  return trimmed.length > 1500 ? `…${trimmed.slice(-1500)}` : trimmed
}

function broken(detail: string, missing = false): CommandAnswer {
  return { kind: 'broken', detail, missing }
}
