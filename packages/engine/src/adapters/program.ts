/**
 * Another program of the user's machine (a formatter, a package manager), run once with an argument array, never
 * through a shell, with nothing to read. A failure is an answer, not a throw.
 */
export type Program = {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Looked for in `node_modules/.bin`, from `cwd` upwards, before the PATH. */
  readonly isLocal?: boolean
  /** A build may take as long as it takes. */
  readonly isUnbounded?: boolean
  /** Told about every line of both streams as it comes. */
  readonly onLine?: ((line: string) => void) | undefined
  /** Ends it without a word: from then on it writes nothing. */
  readonly stop?: AbortSignal | undefined
}

export type ProgramAnswer =
  | { readonly kind: 'done' }
  /** `output` holds both streams as they came. */
  | { readonly kind: 'failed'; readonly output: string }
  | { readonly kind: 'missing' }

/** Longer than any package manager that makes progress. */
const longestRun = 180_000

export async function runProgram(program: Program): Promise<ProgramAnswer> {
  const { file, args, cwd, env = {}, isLocal = false, isUnbounded = false, onLine, stop } = program
  const { execa } = await import('execa')
  if (stop?.aborted === true) return { kind: 'failed', output: 'stopped before it began' }
  const timeout = isUnbounded ? 0 : longestRun
  const child = execa(file, args, {
    cwd,
    env,
    preferLocal: isLocal,
    timeout,
    reject: false,
    stdin: 'ignore',
    all: true,
    ...(onLine === undefined ? {} : { stdout: teller(onLine), stderr: teller(onLine) }),
  })
  // A program may take its time to end, or not listen to anything gentler.
  const end = (): void => void child.kill('SIGKILL')
  stop?.addEventListener('abort', end)
  const run = await child
  stop?.removeEventListener('abort', end)
  if (!run.failed) return { kind: 'done' }
  if (run.code === 'ENOENT') return { kind: 'missing' }
  return { kind: 'failed', output: run.all?.trim() || (run.originalMessage ?? 'it ended without a word') }
}

function teller(onLine: (line: string) => void): (line: unknown) => Generator<unknown> {
  return function* tell(line) {
    onLine(String(line))
    yield line
  }
}
