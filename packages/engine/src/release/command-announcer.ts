/**
 * The user's own command as an announcer (`release.announce`): told of every finished release, and of every one that is
 * taken back, as one JSON document on standard input; docs/journal.md has the contract.
 */
import { runUserCommand } from '../adapters/user-command.ts'
import type { Redact } from '../publish/secrets.ts'
import type { AnnouncedRelease, Announcer, AnnounceOutcome } from './announcer.ts'

export type CommandAnnouncerOptions = {
  /** The program and its arguments. */
  readonly argv: readonly string[]
  /** The workspace root, absolute. */
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly redact: Redact
}

export function commandAnnouncer({ argv, root, env, redact }: CommandAnnouncerOptions): Announcer {
  const tell = async (verb: 'announce' | 'withdraw', told: AnnouncedRelease): Promise<AnnounceOutcome> => {
    const input = JSON.stringify({ schema: 'topsail/announcement@1', verb, ...told })
    const values = { verb, release: told.release }
    const run = await runUserCommand({ argv, values, cwd: root, env, input, timeout: longestTelling, redact })
    if (run.kind === 'broken') return { kind: run.missing ? 'refused' : 'unknown', detail: run.detail }
    if (run.code === 0) return { kind: 'done' }
    const detail = `it ended with ${run.code}${run.stderr === '' ? '' : `: ${run.stderr}`}`
    return { kind: run.code === tryAgain ? 'unknown' : 'refused', detail }
  }
  return {
    name: 'release.announce command',
    announce: (announcement) => tell('announce', announcement),
    withdraw: (release) => tell('withdraw', release),
  }
}

/** Seconds. */
const longestTelling = 600

/** sysexits.h. */
const tryAgain = 75
