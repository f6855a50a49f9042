/**
 * Twenty packages that depend on each other, in a repository with a bare remote, released again and again to one
 * registry; and clones of it, as other runners would have them.
 */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  createRepository,
  gitEnvironment,
  npmrcFor,
  packedIntegrities,
  randomNumbers,
  type TestRegistry,
  type TestRepository,
} from '@topsail/engine/testing'

const size = 20

export type Fleet = {
  readonly repository: TestRepository
  readonly names: readonly string[]
  readonly needs: ReadonlyMap<string, readonly string[]>
  /** The next version of everything, committed and pushed. */
  bump(): Promise<Release>
  /** A fresh clone of the remote, in a folder of its own. */
  clone(): Promise<Clone>
  close(): Promise<void>
}

export type Release = {
  readonly version: string
  readonly commit: string
  /** What each package has to be in the registry. */
  readonly integrities: ReadonlyMap<string, string>
}

export type Clone = { readonly root: string; close(): Promise<void> }

export type FleetOptions = {
  readonly registry: TestRegistry
  readonly scope: string
  readonly seed: number
  readonly leaseSeconds: number
}

export async function createFleet({ registry, scope, seed, leaseSeconds }: FleetOptions): Promise<Fleet> {
  const needs = drawNeeds(scope, seed)
  const names = [...needs.keys()]
  const repository = await createRepository({
    'package.json': { name: 'fleet', private: true },
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    '.changeset/config.json': { baseBranch: 'main', access: 'public' },
    '.npmrc': npmrcFor(registry.url, '${CRASH_TOKEN}'),
    'topsail.json': { release: { leaseSeconds } },
  })
  let patch = 0
  return {
    repository,
    names,
    needs,
    async bump() {
      const version = `1.0.${patch}`
      patch += 1
      await repository.write(packagesAt(version, needs))
      const commit = await repository.commit(`chore: version ${version}`)
      return { version, commit, integrities: await packedIntegrities(repository.root) }
    },
    async clone() {
      const folder = await mkdtemp(join(tmpdir(), 'topsail-crash-clone-'))
      const root = join(folder, 'work')
      const env = { ...process.env, ...gitEnvironment }
      await promisify(execFile)('git', ['clone', '--quiet', '--', repository.remote, root], { env })
      return { root, close: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) }
    },
    close: () => repository.close(),
  }
}

/** Each needs up to three of those before it. */
function drawNeeds(scope: string, seed: number): ReadonlyMap<string, readonly string[]> {
  const random = randomNumbers(seed)
  const names = Array.from({ length: size }, (_, at) => `${scope}/p${String(at).padStart(2, '0')}`)
  const drawn = names.map((name, at) => {
    const picked = Array.from({ length: Math.min(at, 3) }, () => names[Math.floor(random() * at)] ?? name)
    return [name, [...new Set(picked)].sort()] as const
  })
  return new Map(drawn)
}

function packagesAt(version: string, needs: ReadonlyMap<string, readonly string[]>): Record<string, object | string> {
  const files: Record<string, object | string> = {}
  for (const [name, dependencies] of needs) {
    const dir = `packages/${name.split('/')[1]}`
    const ranges = Object.fromEntries(dependencies.map((other) => [other, 'workspace:^']))
    files[`${dir}/package.json`] = { name, version, main: 'index.js', dependencies: ranges }
    files[`${dir}/index.js`] = `exports.version = '${version}'\n`
  }
  return files
}
