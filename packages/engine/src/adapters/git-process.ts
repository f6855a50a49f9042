/**
 * `Git` as a process of the installed git. The environment is made plain first, so that a user's pager, language,
 * aliases of output and a surrounding hook's GIT_DIR change nothing, and so that git never waits for a person.
 */
import { spawn } from 'node:child_process'
import type { Git, GitAnswer, GitOptions } from '../ports.ts'
import type { WatchSilence } from './silence.ts'

/** `watch`: tells of a remote that says nothing. */
export function gitIn(dir: string, watch: WatchSilence = (_, asked) => asked): Git {
  let plain: NodeJS.ProcessEnv | undefined
  return (args, options = {}) => {
    const env = { ...(plain ??= plainEnvironment()), ...options.env }
    const longest = patience[args[0] ?? '']
    if (longest === undefined) return runGit(dir, args, { ...options, env })
    const signal = options.signal ?? AbortSignal.timeout(longest)
    return watch(remoteIn(args), runGit(dir, args, { ...options, env, signal }))
  }
}

/**
 * Milliseconds after which a remote does not answer, for whoever asks without a limit of its own. A push runs hooks on the
 * other side, and what is fetched may be a whole history.
 */
const patience: Readonly<Record<string, number>> = { 'ls-remote': 60_000, push: 300_000, fetch: 900_000 }

/** The first argument that is no option, since a name may begin like one only after `--`. */
function remoteIn(args: readonly string[]): string {
  const end = args.indexOf('--')
  return (end === -1 ? args.slice(1).find((arg) => !arg.startsWith('-')) : args[end + 1]) ?? ''
}

/** Settings a repository or a user may have that would change what is printed or what is started. */
const plainly = [
  '--no-pager',
  ...[
    'color.ui=false',
    'log.showSignature=false',
    'log.showRoot=true',
    'diff.relative=false',
    'core.fsmonitor=false',
    'core.quotePath=false',
    'i18n.logOutputEncoding=UTF-8',
    'i18n.commitEncoding=UTF-8',
    'status.showUntrackedFiles=normal',
  ].flatMap((setting) => ['-c', setting]),
]

/** Set by git around a hook: they point at another repository than the folder we were asked about. */
const variablesOfAnotherRun = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_SHALLOW_FILE',
  'GIT_GRAFT_FILE',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
  'GIT_EXTERNAL_DIFF',
]

/** Where they name no file they would be told among what git says in failing, headers of requests included. */
const traces = /^GIT_(?:TRACE|CURL_VERBOSE)/

type Run = Omit<GitOptions, 'env'> & { readonly env: NodeJS.ProcessEnv }

function runGit(dir: string, args: readonly string[], options: Run): Promise<GitAnswer> {
  const began = performance.now()
  return new Promise((resolve) => {
    const child = spawn('git', [...plainly, ...args], {
      cwd: dir,
      env: options.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
      signal: options.signal,
      detached: options.outlives === true && process.platform !== 'win32',
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout?.on('data', options.onOutput ?? ((chunk: Buffer) => stdout.push(chunk)))
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
    // A git that ends before it has read everything says why in its exit code.
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.input)
    child.on('error', (error) => {
      const isLate = options.signal?.aborted === true && (options.signal.reason as Error)?.name === 'TimeoutError'
      const seconds = Math.round((performance.now() - began) / 1000)
      const late = `no answer in time to git ${args[0]} (${seconds} s)`
      resolve({ kind: 'missing', detail: isLate ? late : error.message })
    })
    child.on('close', (code) =>
      resolve({ kind: 'done', code: code ?? 128, stdout: textOf(stdout), stderr: textOf(stderr) }),
    )
  })
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env }
  for (const name of variablesOfAnotherRun) delete env[name]
  for (const name in env) if (traces.test(name) && env[name]?.startsWith('/') !== true) delete env[name]
  return {
    GIT_TRACE2: '0',
    GIT_TRACE2_EVENT: '0',
    GIT_TRACE2_PERF: '0',
    ...env,
    // They are of this clone alone: with them it would see another history than all others.
    GIT_NO_REPLACE_OBJECTS: '1',
    LC_ALL: 'C',
    LANGUAGE: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_PAGER: 'cat',
    GIT_TERMINAL_PROMPT: '0',
    GCM_INTERACTIVE: 'never',
    SSH_ASKPASS_REQUIRE: 'never',
  }
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8')
}
