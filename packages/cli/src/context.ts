/**
 * What a command may know of the outside: streams, colours, folder, environment. Commands write through it and never
 * touch `process`, so that a test can run them in memory. A reader who leaves early (`topsail plan | head`) closes a
 * stream for good: later text is dropped, and the command still finishes what it does. So it is with a disk that is
 * full, except that this is told.
 */
import { isatty } from 'node:tty'
import { createColors } from 'picocolors'

export type Colours = ReturnType<typeof createColors>

export type Output = {
  readonly write: (text: string) => void
  readonly isTTY: boolean
  /** Read when needed, since a terminal may be resized. */
  readonly columns: () => number
  readonly rows?: () => number
  readonly colours: Colours
  /** Resolves when everything written has left the process. */
  readonly drained: () => Promise<void>
  /** Why text was lost, other than by a reader who left: a full disk. */
  readonly lost?: () => string | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

export type CliContext = {
  readonly cwd: string
  readonly env: Environment
  /** The result: tables, documents. */
  readonly out: Output
  /** Everything else: problems, progress. */
  readonly err: Output
  /** What stands on standard input, at most so many bytes of it. */
  readonly input: (most: number) => Promise<string>
  /** True when a person sits at both ends and can be asked. */
  readonly interactive: boolean
  readonly now: () => Date
  /** The command's answer, 0 unless it says otherwise. run.ts lists what the codes mean. */
  readonly exitWith: (code: number) => void
  readonly exitCode: () => number
}

export function processContext(): CliContext {
  let code = 0
  return {
    cwd: process.cwd(),
    env: process.env,
    out: streamOutput(process.stdout, process.env),
    err: streamOutput(process.stderr, process.env),
    input: (most) => readUpTo(process.stdin, most),
    // Asking `process.stdin` would make a stream of it, which takes milliseconds and nearly no command reads.
    interactive: isatty(0) && process.stdout.isTTY === true && !process.env['CI'],
    now: () => new Date(),
    exitWith: (next) => {
      code = next
    },
    exitCode: () => code,
  }
}

/** A context that keeps what was written, for tests and for whoever embeds a command. */
export function memoryContext(options: {
  cwd: string
  env?: Environment
  now?: Date
  colours?: boolean
  input?: string
}) {
  let code = 0
  const out = memoryOutput(options.colours ?? false)
  const err = memoryOutput(options.colours ?? false)
  const context: CliContext = {
    cwd: options.cwd,
    env: options.env ?? {},
    out: out.output,
    err: err.output,
    input: (most) => Promise.resolve((options.input ?? '').slice(0, most)),
    interactive: false,
    now: () => options.now ?? new Date(),
    exitWith: (next) => {
      code = next
    },
    exitCode: () => code,
  }
  return { context, stdout: out.text, stderr: err.text }
}

/** https://no-color.org and FORCE_COLOR as Node itself reads them; else colours only for a terminal that has them. */
export function wantsColours(env: Environment, isTTY: boolean): boolean {
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if (env['NO_COLOR']) return false
  return isTTY && env['TERM'] !== 'dumb'
}

/** A terminal behind `docker exec` or `script` may not know its size, and says 0. */
export function sizeOr(usual: number, told: number | undefined): number {
  return told === undefined || told < 1 ? usual : told
}

async function readUpTo(stream: NodeJS.ReadStream, most: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer)
    bytes += (chunk as Buffer).length
    if (bytes > most) break
  }
  return Buffer.concat(chunks).subarray(0, most).toString('utf8')
}

function streamOutput(stream: NodeJS.WriteStream, env: Environment): Output {
  let open = true
  let lost: string | undefined
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') lost ??= error.code ?? error.message
    open = false
  })
  const isTTY = stream.isTTY === true
  return {
    write: (text) => {
      if (open) stream.write(text)
    },
    isTTY,
    columns: () => sizeOr(100, stream.columns),
    rows: () => sizeOr(24, stream.rows),
    colours: createColors(wantsColours(env, isTTY)),
    drained: () =>
      new Promise((resolve) => {
        // Of what could not be written a stream tells a turn later.
        if (open) stream.write('', () => (stream.errored === null ? resolve() : setImmediate(resolve)))
        else resolve()
      }),
    lost: () => lost,
  }
}

function memoryOutput(colours: boolean): { output: Output; text: () => string } {
  let text = ''
  const output: Output = {
    write: (more) => {
      text += more
    },
    isTTY: false,
    columns: () => 100,
    colours: createColors(colours),
    drained: () => Promise.resolve(),
  }
  return { output, text: () => text }
}
