/**
 * What a demonstration needs of the terminal: numbered headings, commands as they are typed, their output indented and
 * cut to an excerpt, and how long each took. A step that fails stops the demonstration with its whole output.
 */
import { execa } from 'execa'
import { stripVTControlCharacters, styleText } from 'node:util'

export type Stage = {
  readonly title: (text: string) => void
  readonly heading: (text: string) => void
  readonly note: (text: string) => void
  /** Shows `command` as the line a person would type, runs `file`, and shows what it printed. */
  readonly run: (command: ShownCommand) => Promise<string>
  /** Work without a command line; `done` says what came of it. */
  readonly work: <Result>(done: (result: Result) => string, work: () => Result | Promise<Result>) => Promise<Result>
}

export type ShownCommand = {
  readonly shown: string
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** How many of the first and the last lines to show; what lies between is left out. */
  readonly show: readonly [first: number, last: number]
  /** Of the output, only these lines. */
  readonly only?: RegExp
}

export function openStage(write: (text: string) => void, colours: boolean): Stage {
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    colours ? styleText(format, text, { validateStream: false }) : text
  let headings = 0
  const line = (text = ''): void => write(`${text}\n`)
  return {
    title: (text) => line(style('bold', text)),
    heading: (text) => {
      headings += 1
      line()
      line(`${style('cyan', String(headings).padStart(2))}  ${style('bold', text)}`)
    },
    note: (text) => line(`    ${text}`),
    run: async (command) => {
      line(`    ${style('dim', '$')} ${command.shown}`)
      const { failed, seconds, text, why } = await runCommand(command)
      const shown = failed ? text.split('\n') : excerpt(text, command)
      for (const printed of shown) line(`    ${style('dim', '│')} ${printed}`.trimEnd())
      line(`    ${failed ? style('red', `failed: ${why}`) : style('green', 'ok')} ${style('dim', inSeconds(seconds))}`)
      if (failed) throw new Error(`${command.shown}: ${why}`)
      return text
    },
    work: async (done, work) => {
      const started = performance.now()
      const result = await work()
      line(`    ${done(result)} ${style('dim', inSeconds((performance.now() - started) / 1000))}`)
      return result
    },
  }
}

async function runCommand({ file, args, cwd, env }: ShownCommand) {
  const started = performance.now()
  const result = await execa(file, args, {
    cwd,
    env: { ...env },
    extendEnv: false,
    all: true,
    reject: false,
    stdin: 'ignore',
    timeout: 120_000,
  })
  const seconds = (performance.now() - started) / 1000
  const why = result.timedOut ? 'no answer within 120 s' : (result.originalMessage ?? `exit code ${result.exitCode}`)
  return { failed: result.failed, seconds, text: (result.all ?? '').trim(), why }
}

function excerpt(text: string, { show: [first, last], only }: ShownCommand): readonly string[] {
  const lines = text.split('\n').filter((line) => only?.test(stripVTControlCharacters(line)) ?? true)
  const hidden = lines.length - first - last
  if (hidden < 2) return lines
  return [...lines.slice(0, first), `… ${hidden} lines`, ...lines.slice(lines.length - last)]
}

function inSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`
}
