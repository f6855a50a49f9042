/**
 * Runs one command and says what it cost: wall time, processor time of it and all it started, and memory. On Linux
 * the kernel counts (ticks of 10 ms, /proc); elsewhere only the wall time is known, and the rest stays undefined.
 */
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Command = {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>> | undefined
}

export type Cost = {
  readonly wall: number
  /** Seconds, user and system, of the whole process tree. */
  readonly cpu: number | undefined
  /** Seconds of the first process alone, without what it started. */
  readonly ownCpu: number | undefined
  /** MiB: the largest resident set that the first process had, and the largest of any process of the tree. */
  readonly ownPeak: number | undefined
  readonly peak: number | undefined
}

export type Outcome =
  | { readonly kind: 'done'; readonly cost: Cost }
  | { readonly kind: 'timeout'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly detail: string }

export async function measure(command: Command, limitSeconds: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'topsail-bench-'))
  const logPath = join(folder, 'stderr')
  const outputPath = join(folder, 'stdout')
  const output = openSync(outputPath, 'w')
  const log = openSync(logPath, 'w')
  const before = childTicks()
  const started = performance.now()
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: { ...cleanEnvironment(), ...command.env },
    stdio: ['ignore', output, log],
    detached: process.platform !== 'win32',
  })
  const watch = watchTree(child.pid)
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null))
    child.on('exit', (code) => resolve(code))
  })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    killTree(child.pid)
  }, limitSeconds * 1000)
  const code = await ended
  const wall = (performance.now() - started) / 1000
  clearTimeout(timer)
  const seen = watch.stop()
  const after = childTicks()
  closeSync(output)
  closeSync(log)
  const detail = [logPath, outputPath].map(lastLines).join('\n').trim()
  rmSync(folder, { recursive: true, force: true })
  if (timedOut) return { kind: 'timeout', seconds: limitSeconds }
  if (code !== 0) return { kind: 'failed', detail: `exit code ${code}: ${detail}` }
  const cpu = before === undefined || after === undefined ? undefined : (after - before) / 100
  const ownCpu = cpu === undefined ? undefined : Math.max(0, cpu - seen.childrenCpu)
  return { kind: 'done', cost: { wall, cpu, ownCpu, ownPeak: seen.ownPeak, peak: seen.peak } }
}

/** Some tools say on standard output what went wrong. */
function lastLines(path: string): string {
  return readFileSync(path, 'utf8').trim().split('\n').slice(-6).join('\n')
}

/** The caller's own npm and git settings stay out of what is measured. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const dropped = /^(npm_|pnpm_|git_|node_options$|vitest)/i
  const kept = Object.entries(process.env).filter(([name]) => !dropped.test(name))
  const identity = { GIT_AUTHOR_NAME: 'Bench', GIT_AUTHOR_EMAIL: 'bench@acme.example' }
  return {
    ...Object.fromEntries(kept),
    ...identity,
    GIT_COMMITTER_NAME: identity.GIT_AUTHOR_NAME,
    GIT_COMMITTER_EMAIL: identity.GIT_AUTHOR_EMAIL,
    GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    CI: 'true',
    NO_COLOR: '1',
    NX_DAEMON: 'false',
  }
}

/** Processor ticks of all children that have ended and were waited for. */
function childTicks(): number | undefined {
  const fields = statFields('self')
  return fields === undefined ? undefined : Number(fields[13]) + Number(fields[14])
}

/** The fields after the command's name, which may hold spaces and parentheses itself. */
function statFields(pid: number | 'self'): readonly string[] | undefined {
  const text = readProc(`${pid}/stat`)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

type Seen = { ownPeak: number | undefined; peak: number | undefined; childrenCpu: number }

/** Looks at the tree forty times a second. `VmHWM` only grows, so that little is missed between two looks. */
function watchTree(root: number | undefined): { stop: () => Seen } {
  const seen: Seen = { ownPeak: undefined, peak: undefined, childrenCpu: 0 }
  if (root === undefined || process.platform !== 'linux') return { stop: () => seen }
  const look = (): void => {
    const own = peakOf(root)
    seen.ownPeak = largest(seen.ownPeak, own)
    for (const pid of treeOf(root)) seen.peak = largest(seen.peak, peakOf(pid))
    const fields = statFields(root)
    if (fields !== undefined) seen.childrenCpu = (Number(fields[13]) + Number(fields[14])) / 100
  }
  const timer = setInterval(look, 25)
  return {
    stop: () => {
      clearInterval(timer)
      return seen
    },
  }
}

function* treeOf(root: number): Generator<number> {
  yield root
  for (const thread of threadsOf(root)) {
    for (const child of (readProc(`${root}/task/${thread}/children`) ?? '').split(' ')) {
      if (child !== '') yield* treeOf(Number(child))
    }
  }
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function peakOf(pid: number): number | undefined {
  const kib = /VmHWM:\s+(\d+) kB/.exec(readProc(`${pid}/status`) ?? '')?.[1]
  return kib === undefined ? undefined : Number(kib) / 1024
}

function largest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return undefined
  }
}

function killTree(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}
