/**
 * Starts a program that works on somebody else's files: never through a shell, with an environment that names every
 * variable it gets, in a process group of its own, and within limits of time, memory, disk and output. Whoever goes
 * over a limit is killed with everything it has started.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'

export type GuardedProgram = {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly seconds: number
  readonly memoryBytes: number
  /** What it writes to. */
  readonly folder: { readonly path: string; readonly bytes: number }
  readonly signal: AbortSignal
  readonly input?: string | undefined
}

export type Limit = 'time' | 'memory' | 'size' | 'output'

export type GuardedAnswer =
  | { readonly kind: 'done'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'over'; readonly limit: Limit }
  /** We were asked to stop. */
  | { readonly kind: 'stopped' }

/** More than any report is let to have. */
const longestOutput = 16 * 2 ** 20

const watchEvery = 200

export async function runGuarded(program: GuardedProgram): Promise<GuardedAnswer> {
  const { file, args, cwd, env, signal, input } = program
  if (signal.aborted) return { kind: 'stopped' }
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  // Deliveries are acknowledged first. What it starts takes after it.
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
  let verdict: GuardedAnswer | undefined
  const stop = (answer: GuardedAnswer): void => {
    verdict ??= answer
    killGroup(child)
  }
  const onAbort = (): void => stop({ kind: 'stopped' })
  signal.addEventListener('abort', onAbort)
  const over = (limit: Limit): void => stop({ kind: 'over', limit })
  const timer = setTimeout(() => over('time'), program.seconds * 1000)
  const watch = watching(child, program, over)
  const [stdout, stderr] = [collecting(child.stdout, over), collecting(child.stderr, over)]
  // A program that ends before it has read everything says why in its exit code.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (status) => resolve(status ?? 128))
    })
    // It may have filled the disk between two looks at it.
    if ((await bytesIn(program.folder.path, program.folder.bytes)) > program.folder.bytes) over('size')
    return verdict ?? { kind: 'done', code, stdout: stdout(), stderr: stderr() }
  } finally {
    clearTimeout(timer)
    watch.end()
    signal.removeEventListener('abort', onAbort)
    // What it has started and left behind.
    killGroup(child)
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // Nobody is left in the group.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function collecting(stream: NodeJS.ReadableStream, over: (limit: Limit) => void): () => string {
  const chunks: Buffer[] = []
  let length = 0
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > longestOutput) over('output')
    else chunks.push(chunk)
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

function watching(
  { pid }: ChildProcess,
  { folder, memoryBytes }: GuardedProgram,
  over: (limit: Limit) => void,
): { end(): void } {
  let timer: NodeJS.Timeout | undefined
  let isOpen = pid !== undefined
  const look = async (): Promise<void> => {
    if (isOpen && pid !== undefined && (await memoryOf(pid)) > memoryBytes) over('memory')
    if (isOpen && (await bytesIn(folder.path, folder.bytes)) > folder.bytes) over('size')
    if (isOpen) timer = setTimeout(look, watchEvery)
  }
  if (isOpen) timer = setTimeout(look, watchEvery)
  return {
    end() {
      isOpen = false
      clearTimeout(timer)
    },
  }
}

/** Resident memory of a process and all below it; 0 where /proc does not tell. */
async function memoryOf(pid: number): Promise<number> {
  const [status, children] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => ''),
  ])
  const own = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
  const below = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => memoryOf(Number(child))),
  )
  return below.reduce((sum, bytes) => sum + bytes, own)
}

/** What the files in a folder take, counted until it is more than `enough`. Every file takes at least a block. */
async function bytesIn(folder: string, enough: number): Promise<number> {
  let sum = 0
  const open = [folder]
  for (let path = open.pop(); path !== undefined && sum <= enough; path = open.pop()) {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const inside = join(path, entry.name)
      if (entry.isDirectory()) open.push(inside)
      const size = entry.isFile()
        ? await stat(inside).then(
            ({ size: bytes }) => bytes,
            () => 0,
          )
        : 0
      sum += Math.max(blockBytes, size)
      if (sum > enough) break
    }
  }
  return sum
}

const blockBytes = 4096
