/**
 * Who wrote a file, so that whoever finds it later can tell whether that process has ended. It is only said of a process
 * of this machine, this boot and this container, or of one from before this machine was started again; a process id that
 * somebody else has by now is told by the moment at which its process began. What is not known is taken to be alive.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export type ProcessMark = {
  readonly pid: number
  readonly host: string
  /** Where the system tells: the machine, its boot, what the process ids belong to, and when the process began. */
  readonly machine?: string | undefined
  readonly boot?: string | undefined
  readonly pids?: string | undefined
  readonly began?: string | undefined
}

export function thisProcess(): ProcessMark {
  return markOf(process.pid)
}

/** Of a process that shares machine and container with this one. */
export function markOf(pid: number): ProcessMark {
  return { pid, host: hostname(), ...here(), began: beginningOf(pid) }
}

function here(): Pick<ProcessMark, 'machine' | 'boot' | 'pids'> {
  if (process.platform !== 'linux') return {}
  return {
    machine: textOf('/etc/machine-id'),
    boot: textOf('/proc/sys/kernel/random/boot_id'),
    pids: known(() => readlinkSync('/proc/self/ns/pid')),
  }
}

export function hasEnded(mark: ProcessMark): boolean {
  if (mark.host !== hostname()) return false
  const { machine, boot, pids } = here()
  if (mark.boot !== undefined && mark.boot !== boot) return mark.machine !== undefined && mark.machine === machine
  if (mark.pids !== undefined && mark.pids !== pids) return false
  try {
    process.kill(mark.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
  }
  const began = beginningOf(mark.pid)
  return mark.began !== undefined && began !== undefined && mark.began !== began
}

/** Of this machine, this boot and this container, and running. Whoever is elsewhere is not known to be. */
export function isRunningHere(mark: ProcessMark): boolean {
  const { boot, pids } = here()
  return mark.host === hostname() && mark.boot === boot && mark.pids === pids && !hasEnded(mark)
}

/** In ticks since the boot. What stands before it may hold a name with spaces and parentheses. */
function beginningOf(pid: number): string | undefined {
  const stat = process.platform === 'linux' ? textOf(`/proc/${pid}/stat`) : undefined
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function textOf(path: string): string | undefined {
  return known(() => readFileSync(path, 'utf8').trim())
}

/** Some systems hide it: then it is not known. */
function known(read: () => string): string | undefined {
  try {
    return read() || undefined
  } catch {
    return undefined
  }
}
