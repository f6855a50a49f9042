/**
 * The peers, each installed from the npm registry into a folder of its own under `.bench/`, in the version that was
 * chosen here, never into this project's lockfile.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder, cached, copyFor, type Repository } from './fleets.ts'
import { cleanEnvironment } from './measure.ts'

export const peerNames = ['changesets', 'nx', 'lerna', 'beachball'] as const
export type PeerName = (typeof peerNames)[number]

/** pnpm publishes, and plans nothing. */
export type Installed = PeerName | 'pnpm'

type Peer = {
  readonly packages: Readonly<Record<string, string>>
  readonly script: string
  /** What the peer needs in the repository to plan the same release. */
  readonly files: (dir: string) => Readonly<Record<string, string>>
}

const pnpm = `@pnpm/exe.${process.platform}-${process.arch}`

const peers: Readonly<Record<Installed, Peer>> = {
  changesets: {
    packages: { '@changesets/cli': '3.0.3', '@changesets/changelog-git': '1.0.0' },
    script: '@changesets/cli/bin.js',
    files: () => ({}),
  },
  nx: {
    packages: { nx: '24.0.6', '@nx/js': '23.3.1' },
    script: 'nx/dist/bin/nx.js',
    files: () => ({ 'nx.json': json(nxConfig) }),
  },
  lerna: {
    packages: { lerna: '10.1.1' },
    script: 'lerna/dist/cli.js',
    files: () => ({
      'lerna.json': json({ version: 'independent', npmClient: 'pnpm', packages: ['packages/*'] }),
      'nx.json': json({}),
    }),
  },
  pnpm: { packages: { [pnpm]: '12.21.0' }, script: `${pnpm}/pnpm`, files: () => ({}) },
  beachball: { packages: { beachball: '2.66.0' }, script: 'beachball/bin/beachball.js', files: beachballFiles },
}

/** The script to run, after installing it when it is not there yet. */
export function installPeer(name: Installed): string {
  const { packages, script } = peers[name]
  const folder = join(benchFolder, name)
  cached(join(folder, 'node_modules'), json(packages), () => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), json({ private: true, dependencies: packages }))
    npmInstall(folder)
  })
  return join(folder, 'node_modules', script)
}

/** The pnpm that is measured does not look for another one, whatever a repository pins. */
export const anyPnpm = { pnpm_config_pm_on_fail: 'ignore', npm_config_manage_package_manager_versions: 'false' }

/** What the package.json of a folder asks for, without a lockfile and without running anything of it. */
function npmInstall(folder: string): void {
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--no-package-lock', '--ignore-scripts']
  execFileSync(npmFile(), args, { cwd: folder, env: cleanEnvironment(), stdio: ['ignore', 'ignore', 'inherit'] })
}

/** A copy of a repository for one peer, with what that peer needs committed. */
export function repositoryFor(name: Installed, repository: Repository): string {
  return copyFor(repository, name, peers[name].files(repository.dir))
}

/** What a peer needs in a repository, for one that is not kept. */
export function filesFor(name: Installed): Readonly<Record<string, string>> {
  return name === 'beachball' ? {} : peers[name].files('')
}

export function describePeer(name: Installed): string {
  return Object.entries(peers[name].packages)
    .map((entry) => entry.join('@'))
    .join(' + ')
}

const nxConfig = {
  cli: { packageManager: 'pnpm' },
  defaultBase: 'main',
  release: {
    projects: ['packages/*'],
    projectsRelationship: 'independent',
    releaseTag: { pattern: '{projectName}@{version}' },
    version: { conventionalCommits: true, preserveMatchingDependencyRanges: false },
    changelog: { projectChangelogs: false, workspaceChangelog: false },
  },
}

/** The same changes as the changesets', as beachball's change files. */
function beachballFiles(dir: string): Readonly<Record<string, string>> {
  const config = { branch: 'main', fetch: false, gitTags: false, push: false, publish: false }
  const files: Record<string, string> = { 'beachball.config.json': json(config) }
  const folder = join(dir, '.changeset')
  for (const name of readdirSync(folder).filter((file) => /^(?!README).*\.md$/.test(file))) {
    const text = readFileSync(join(folder, name), 'utf8')
    for (const [index, [, packageName, type]] of [...text.matchAll(/^'(.+)': (\w+)$/gm)].entries()) {
      const change = {
        type,
        comment: 'A change.',
        packageName,
        email: 'bench@acme.example',
        dependentChangeType: 'patch',
      }
      files[`change/${name.slice(0, -3)}-${index}.json`] = json(change)
    }
  }
  return files
}

function npmFile(): string {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm'
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
