/**
 * Release tools whose set-up is no single JSON file: beachball, semantic-release (alone or with a plugin for monorepos),
 * pnpm's own versions, and release-please where it has none. A set-up that is a program is never run: it is named, and what lies beside it is read.
 */
import { dependencyFields, type PackageName, type Path, type Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { isRecord, own } from '../read/record.ts'
import { readYaml } from '../read/yaml-text.ts'
import { releasePleaseWithoutConfig } from './find-release-please.ts'
import type { Found } from './find-set-up.ts'

export function findFileSetUp(files: Files, workspace: Workspace): Found | undefined {
  return (
    pnpmVersions(files) ??
    beachball(files, workspace) ??
    semanticRelease(files, workspace) ??
    releasePleaseWithoutConfig(files)
  )
}

export const pnpmLedger: Path = '.changeset/ledger.yaml'

function pnpmVersions(files: Files): Found | undefined {
  if (files.look(pnpmLedger).kind !== 'file') return undefined
  const file = 'pnpm-workspace.yaml'
  const yaml = readYaml(files, file)
  return { tool: 'pnpm', file, config: yaml?.ok === true ? (own(yaml.value, 'versioning') ?? {}) : {}, problems: [] }
}

/** Where its change files wait, beachball makes the next release, whatever else is set up to make one. */
export function pendingBeachball(files: Files, workspace: Workspace): Found | undefined {
  const isPending = files.entries('change').some(({ name }) => name.endsWith('.json'))
  return isPending ? beachball(files, workspace) : undefined
}

const beachballConfigs = ['json', 'js', 'cjs', 'mjs', 'ts'].map((ending) => `beachball.config.${ending}`)

function beachball(files: Files, workspace: Workspace): Found | undefined {
  return configAmong(
    files,
    ['.beachballrc', '.beachballrc.json', ...beachballConfigs],
    'beachball',
    workspace,
    'beachball',
  )
}

const semanticReleaseConfigs = [
  '.releaserc',
  ...['json', 'yaml', 'yml', 'js', 'cjs', 'mjs'].map((ending) => `.releaserc.${ending}`),
  ...['js', 'cjs', 'mjs', 'ts'].map((ending) => `release.config.${ending}`),
]

export const monorepoPlugins: readonly PackageName[] = [
  'multi-semantic-release',
  '@qiwi/multi-semantic-release',
  '@anolilab/multi-semantic-release',
  '@sebbo2002/semantic-release-monorepo',
  'semantic-release-monorepo',
]

function semanticRelease(files: Files, workspace: Workspace): Found | undefined {
  const found = configAmong(files, semanticReleaseConfigs, 'release', workspace, 'semantic-release')
  if (found !== undefined) return found
  // Plugins for monorepos need no configuration of their own, and may find one in each package.
  if (!monorepoPlugins.some((name) => declares(workspace, name))) return undefined
  return { tool: 'semantic-release', file: 'package.json', config: {}, problems: [] }
}

/** The first of the files that is there, else a key of package.json where the tool is declared. */
function configAmong(
  files: Files,
  paths: readonly Path[],
  key: string,
  workspace: Workspace,
  tool: 'beachball' | 'semantic-release',
): Found | undefined {
  const file = paths.find((path) => files.look(path).kind === 'file')
  if (file !== undefined) {
    // JSON is YAML, and a file without an ending may be either.
    const yaml = isProgram(file) ? undefined : readYaml(files, file)
    return { tool, file, config: yaml?.ok === true && isRecord(yaml.value) ? yaml.value : {}, problems: [] }
  }
  const config = own(workspace.root.manifest, key)
  if (!isRecord(config) || !declares(workspace, tool)) return undefined
  return { tool, file: 'package.json', config, problems: [] }
}

export function isProgram(file: Path): boolean {
  return /\.(?:[cm]?js|ts)$/.test(file)
}

export function declares({ root, packages }: Workspace, name: PackageName): boolean {
  return [root, ...packages].some(({ manifest }) =>
    dependencyFields.some((field) => own(manifest[field], name) !== undefined),
  )
}
