/**
 * What is run on one size, in the order of the table: the floors that nobody can go below, Topsail, then the peers.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { restore, type Fleet, type SizeName } from './fleets.ts'
import { cleanEnvironment, type Command } from './measure.ts'
import { installPeer, repositoryFor, type PeerName } from './peers.ts'

export type CaseName =
  | 'node -e 0'
  | 'git log, no names'
  | 'git log, names'
  | 'topsail plan, changesets'
  | 'topsail plan, commits, cold'
  | 'topsail plan, commits, warm'
  | 'topsail plan --json, commits, warm'
  | 'topsail version'
  | 'changeset status'
  | 'changeset version'
  | 'nx release --dry-run'
  | 'lerna version'
  | 'beachball bump'

export type Case = {
  readonly name: CaseName
  readonly command: Command
  /** Brings the repository into the state that the command starts from. */
  readonly before: () => void
}

export type LeftOut = { readonly name: CaseName; readonly why: string }

export type Cases = { readonly run: readonly Case[]; readonly leftOut: readonly LeftOut[] }

export function casesFor(fleet: Fleet, topsail: string, peers: readonly PeerName[]): Cases {
  const run = [...floors(fleet), ...topsailCases(fleet, topsail)]
  const leftOut: LeftOut[] = []
  for (const entry of peerCases.filter(({ peer }) => peers.includes(peer))) {
    const why = entry.tooSlow[fleet.size]
    if (why !== undefined) leftOut.push({ name: entry.name, why })
    else run.push(peerCase(entry, fleet))
  }
  return { run, leftOut }
}

function floors(fleet: Fleet): readonly Case[] {
  const walk = ['log', '--full-history', '--no-renames', '-z', '--format=%H%n%P%n%aI%n%B']
  const range = ['HEAD', `^${fleet.base}`]
  const floor = (name: CaseName, file: string, args: readonly string[]): Case => ({
    name,
    command: { file, args, cwd: fleet.dir },
    before: nothing,
  })
  return [
    floor('node -e 0', process.execPath, ['-e', '0']),
    floor('git log, no names', 'git', [...walk, ...range]),
    floor('git log, names', 'git', [...walk, '--name-status', ...range]),
  ]
}

function topsailCases(fleet: Fleet, bin: string): readonly Case[] {
  const topsail = (name: CaseName, args: readonly string[], before: () => void): Case => ({
    name,
    command: { file: process.execPath, args: [bin, ...args], cwd: fleet.dir },
    before,
  })
  const index = join(fleet.dir, '.git', 'topsail', 'history-root.bin')
  // Whichever case came before: what `version` writes is another workspace, with nothing to release.
  const clean = (): void => restore(fleet.dir)
  const forget = (): void => {
    clean()
    rmSync(index, { force: true })
  }
  const learn = (): void => {
    clean()
    if (!existsSync(index)) execFileSync(process.execPath, [bin, 'plan', '--sources', 'both'], quietlyIn(fleet.dir))
  }
  return [
    topsail('topsail plan, changesets', ['plan', '--sources', 'changesets'], clean),
    topsail('topsail plan, commits, cold', ['plan', '--sources', 'both'], forget),
    topsail('topsail plan, commits, warm', ['plan', '--sources', 'both'], learn),
    topsail('topsail plan --json, commits, warm', ['plan', '--json', '--sources', 'both'], learn),
    topsail('topsail version', ['version', '--sources', 'changesets'], clean),
  ]
}

function quietlyIn(cwd: string) {
  return { cwd, env: cleanEnvironment(), stdio: 'ignore' } as const
}

type PeerCase = {
  readonly peer: PeerName
  readonly name: CaseName
  readonly args: readonly string[]
  /** Why a size is left out: what happened when it was tried. */
  readonly tooSlow: { readonly [size in SizeName]?: string }
}

const peerCases: readonly PeerCase[] = [
  { peer: 'changesets', name: 'changeset status', args: ['status'], tooSlow: {} },
  {
    peer: 'changesets',
    name: 'changeset version',
    args: ['version'],
    tooSlow: { XL: 'one git process per changeset, all at once: no result after 560 s' },
  },
  {
    peer: 'nx',
    name: 'nx release --dry-run',
    args: ['release', 'version', '--dry-run'],
    tooSlow: { L: 'no output after 150 s', XL: 'not tried: too slow at L' },
  },
  {
    peer: 'lerna',
    name: 'lerna version',
    args: ['version', '--conventional-commits', '--yes', '--no-push', '--no-git-tag-version'],
    tooSlow: { L: 'no result after 150 s', XL: 'not tried: too slow at L' },
  },
  {
    peer: 'beachball',
    name: 'beachball bump',
    args: ['bump', '--no-fetch'],
    tooSlow: { XL: 'not tried: 18 s at L and more than linear' },
  },
]

function peerCase(entry: PeerCase, fleet: Fleet): Case {
  const script = installPeer(entry.peer)
  const cwd = repositoryFor(entry.peer, fleet)
  const before = (): void => {
    restore(cwd)
    rmSync(join(cwd, '.nx'), { recursive: true, force: true })
  }
  return { name: entry.name, command: { file: process.execPath, args: [script, ...entry.args], cwd }, before }
}

function nothing(): void {}
