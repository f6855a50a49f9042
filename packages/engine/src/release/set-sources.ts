/**
 * What a release set says of where its units come from: the tree of each folder at the commit, its interface
 * descriptions, and what its changelog says of the version. A handful of git processes, however many units there are.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { releasedChanges } from '@topsail/core'
import type { Path, ReleasedChange, Sha, Version } from '@topsail/core'
import { entriesOfTree } from '../adapters/git-objects.ts'
import type { Git } from '../ports.ts'
import { findObjects, textOf } from '../publish/head-state.ts'

export type UnitSource = {
  readonly tree: Sha | null
  readonly contracts: Readonly<Record<Path, Sha>>
  readonly changes: readonly ReleasedChange[]
}

export type SourceRequest = {
  readonly commit: Sha | null
  readonly units: readonly { readonly dir: Path; readonly version: Version }[]
  /** Folders of packages that an earlier set knows. */
  readonly others: readonly Path[]
}

export type SourceFacts = {
  /** In the order of the units. */
  readonly units: readonly UnitSource[]
  /** Of the others, the folders that still hold a package. */
  readonly present: ReadonlySet<Path>
}

export type ReleaseSources = (request: SourceRequest) => Promise<SourceFacts>

export function gitSources(git: Git): ReleaseSources {
  return async ({ commit, units, others }) => {
    if (commit === null) {
      return { units: units.map(() => ({ tree: null, contracts: {}, changes: [] })), present: new Set(others) }
    }
    // Whoever has time for this has just begun something more urgent.
    await turn()
    const [found, present, contracts] = await Promise.all([
      findObjects(git, [
        ...units.map(({ dir }) => `${commit}:./${dir === '.' ? '' : dir}`),
        ...units.map(({ dir }) => `${commit}:./${dir}/CHANGELOG.md`),
      ]),
      foldersWithPackage(git, commit, others),
      readContracts(
        git,
        commit,
        units.map(({ dir }) => dir),
      ),
    ])
    return {
      units: units.map(({ dir, version }, index) => ({
        tree: found[index]?.name ?? null,
        contracts: contracts.get(dir) ?? {},
        changes: releasedChanges(textOf(found[units.length + index]) ?? '', version),
      })),
      present,
    }
  }
}

async function foldersWithPackage(git: Git, commit: Sha, dirs: readonly Path[]): Promise<ReadonlySet<Path>> {
  if (dirs.length === 0) return new Set()
  const input = dirs.map((dir) => `${commit}:./${dir}/package.json\n`).join('')
  const answer = await git(['cat-file', '--batch-check=%(objectname)'], { input })
  if (answer.kind === 'missing' || answer.code !== 0) return new Set()
  const names = answer.stdout.split('\n')
  return new Set(dirs.filter((_, index) => /^[0-9a-f]{40,64}$/.test(names[index] ?? '')))
}

/** More folders than this are not worth naming one by one. */
const mostNamed = 500

const contractName =
  /(^|\/)((openapi|swagger|asyncapi)[\w.-]*\.(ya?ml|json)|schema\.(graphql|gql)|[\w.-]+\.(proto|graphqls|avsc))$/i

async function readContracts(
  git: Git,
  commit: Sha,
  dirs: readonly Path[],
): Promise<ReadonlyMap<Path, Readonly<Record<Path, Sha>>>> {
  const named = dirs.length > mostNamed || dirs.includes('.') ? [] : ['--', ...dirs]
  const answer = await git(['ls-tree', '-r', '-z', commit, ...named])
  const found = new Map<Path, Record<Path, Sha>>(dirs.map((dir) => [dir, {}]))
  if (answer.kind === 'missing' || answer.code !== 0) return found
  for (const [sha, path] of entriesOfTree(answer.stdout)) {
    if (!contractName.test(path)) continue
    const dir = foldersAbove(path).find((above) => found.has(above))
    const contracts = dir === undefined ? undefined : found.get(dir)
    if (dir === undefined || contracts === undefined) continue
    contracts[dir === '.' ? path : path.slice(dir.length + 1)] = sha
  }
  return found
}

/** The nearest first. */
function foldersAbove(path: Path): readonly Path[] {
  const parts = path.split('/').slice(0, -1)
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '.']
}
