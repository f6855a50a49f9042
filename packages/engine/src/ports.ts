/**
 * What the engine asks of the world, as records of functions: files to read and git to run. Everything behind a port
 * is untrusted: paths that leave the workspace are refused here, once, so that no reader has to think of it again.
 */
import type { Path } from '@topsail/core'

/** What lies at a path. `outside`: the path, or a symbolic link on the way, leaves the workspace. */
export type Look =
  | { readonly kind: 'file'; readonly bytes: number }
  | { readonly kind: 'directory' | 'absent' | 'outside' }
  | { readonly kind: 'too-large'; readonly bytes: number; readonly limit: number }
  | { readonly kind: 'unreadable'; readonly detail: string }

export type Entry = {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'outside' | 'other'
  /** For a symbolic link that stays inside: the path it ends at, relative to the workspace root. */
  readonly target?: Path | undefined
}

/** Reads below one folder, synchronously. Paths are POSIX and relative to that folder; `.` is the folder itself. */
export type Files = {
  /** The folder in the file system, absolute; a memory implementation names itself. */
  readonly root: string
  /** The text of a file (a byte order mark kept), or undefined when `look` says anything but `file`. */
  read(path: Path): string | undefined
  /** Sorted by name; empty when there is no such folder, or it is outside. */
  entries(dir: Path): readonly Entry[]
  look(path: Path): Look
}

export type GitOptions = {
  /** Written to git's standard input, in order. */
  readonly input?: string | Buffer | undefined
  /** Given the bytes of standard output as they come; `stdout` of the answer is then empty. */
  readonly onOutput?: ((chunk: Buffer) => void) | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
  /**
   * Goes on when all processes of this run are killed at once: what moves refs ends by itself, and leaves no lock of git
   * behind. It has no terminal.
   */
  readonly outlives?: boolean | undefined
}

export type GitAnswer =
  | { readonly kind: 'done'; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** Git is not installed, or cannot be started here. */
  | { readonly kind: 'missing'; readonly detail: string }

/** Runs git once in one folder with an argument array, never through a shell. A failure is an answer, not a throw. */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<GitAnswer>

/** Larger files are never text that Topsail has to understand. */
export const largestFile = 32 * 1024 * 1024

/** True for a POSIX path that stays below its root whatever the file system does with it. */
export function staysInside(path: string): boolean {
  if (path.includes('\0') || path.includes('\\') || path.startsWith('/') || /^[a-z]:/i.test(path)) return false
  return !path.split('/').includes('..')
}
