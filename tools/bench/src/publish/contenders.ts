/**
 * Who publishes: Topsail, its peers, and the floor. Each gets a repository in which nothing was ever published, a bare
 * remote beside it, and the registry through its environment.
 */
import { rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deleteRefs, git, restore, unpublished, type Repository } from '../fleets.ts'
import type { Command } from '../measure.ts'
import { anyPnpm, installPeer, repositoryFor, type Installed } from '../peers.ts'
import { installTopsail } from '../topsail.ts'
import { tarballsOf } from './tarballs.ts'
import type { World } from './world.ts'

export const publishingPeers = ['pnpm', 'changesets', 'lerna', 'nx'] as const
export type PublishingPeer = (typeof publishingPeers)[number]

export type ContenderName = 'floor' | 'floor, in order' | 'topsail publish' | (typeof peerCases)[PublishingPeer]['name']

export type Contender = {
  readonly name: ContenderName
  /** Brings the repository into the state that the command starts from. */
  before(): void
  command(world: World): Command
}

export type LeftOut = { readonly name: ContenderName; readonly why: string }

/** As many uploads at a time as Topsail has unless told otherwise. */
const atOnce = 16

export const peerCases = {
  pnpm: {
    name: 'pnpm -r publish',
    script: ['-r', 'publish', '--no-git-checks', '--access', 'restricted'],
    mostPackages: Infinity,
    tooSlow: '',
  },
  changesets: { name: 'changeset publish', script: ['publish'], mostPackages: Infinity, tooSlow: '' },
  lerna: {
    name: 'lerna publish',
    script: ['publish', 'from-package', '--yes'],
    mostPackages: Infinity,
    tooSlow: '',
  },
  nx: {
    name: 'nx release publish',
    script: ['release', 'publish'],
    mostPackages: 100,
    tooSlow: 'three processes for each package: 36 s for 50 packages on the loopback',
  },
} as const

export function contendersFor(
  packages: number,
  peers: readonly PublishingPeer[],
): {
  readonly dir: string
  readonly tarballs: string
  readonly run: readonly Contender[]
  readonly leftOut: readonly LeftOut[]
} {
  const repository = unpublished(packages)
  const pnpm = installPeer('pnpm')
  const tarballs = tarballsOf(repository, pnpm)
  const asked = peers.map((peer) => ({ peer, ...peerCases[peer] }))
  const isTooSlow = ({ mostPackages }: { mostPackages: number }): boolean => packages > mostPackages
  return {
    dir: repository.dir,
    tarballs,
    run: [
      floor('floor', tarballs),
      floor('floor, in order', tarballs, 'in-order'),
      topsail(repository),
      ...asked.filter((entry) => !isTooSlow(entry)).map((entry) => peerContender(entry, repository, pnpm)),
    ],
    leftOut: asked.filter(isTooSlow).map(({ name, tooSlow }) => ({ name, why: tooSlow })),
  }
}

function floor(name: ContenderName, folder: string, ...order: readonly string[]): Contender {
  const script = fileURLToPath(new URL('floor-process.ts', import.meta.url))
  return {
    name,
    before: () => {},
    command: ({ userconfig }) => ({
      file: process.execPath,
      args: [script, folder, userconfig, String(atOnce), '', ...order],
      cwd: folder,
    }),
  }
}

function topsail(repository: Repository): Contender {
  const bin = installTopsail()
  const cwd = repository.dir
  return {
    name: 'topsail publish',
    before: () => reset(cwd),
    command: (world) => ({ file: process.execPath, args: [bin, 'publish'], cwd, env: environment(world) }),
  }
}

function peerContender(
  { peer, name, script }: { peer: PublishingPeer; name: ContenderName; script: readonly string[] },
  repository: Repository,
  pnpm: string,
): Contender {
  const program = installPeer(peer)
  const cwd = repositoryFor(peer as Installed, { ...repository, size: `publish-${repository.size}` })
  const [file, args] = peer === 'pnpm' ? [program, script] : [process.execPath, [program, ...script]]
  // What they start themselves is the same pnpm.
  const env = { ...anyPnpm, PATH: [dirname(pnpm), process.env['PATH'] ?? ''].join(delimiter) }
  return {
    name,
    before: () => reset(cwd),
    command: (world) => ({ file, args, cwd, env: { ...environment(world), ...env } }),
  }
}

function environment({ url, userconfig }: World): Readonly<Record<string, string>> {
  return { NPM_CONFIG_USERCONFIG: userconfig, npm_config_registry: url }
}

/** Nothing released, nothing under way, and a remote that has main and no tag. */
function reset(dir: string): void {
  restore(dir)
  deleteRefs(dir, ['refs/tags', 'refs/topsail'])
  // What earlier runs left would some day be enough for git to tidy up in the midst of a run, here or at the remote.
  git(dir, ['gc', '--quiet', '--prune=now'])
  for (const name of ['.git/topsail', '.nx']) rmSync(join(dir, name), { recursive: true, force: true })
  const remote = `${dir}.git`
  rmSync(remote, { recursive: true, force: true })
  git(dirname(dir), ['clone', '-q', '--bare', '--', dir, remote])
  // The cache may have been moved since.
  if (git(dir, ['remote']) !== '') git(dir, ['remote', 'remove', 'origin'])
  git(dir, ['remote', 'add', 'origin', remote])
  git(dir, ['fetch', '-q', 'origin'])
}
