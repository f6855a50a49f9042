/**
 * A semantic-release set-up, alone or with a plugin for monorepos: commits decide, with the rules of its analyzer where
 * they speak of types alone; tags are called as before. Its other plugins do what Topsail does, or are for a person.
 */
import { manifestPath, type Bump, type Path, type Workspace } from '@topsail/core'
import { isRecord, own } from '../read/record.ts'
import { declares, isProgram, monorepoPlugins } from './find-file-set-ups.ts'
import { nobodyFollows, setUpFrom, type LeftBehindReason, type SetUp, type SetUpBuilder } from './set-up.ts'

export function migrateSemanticRelease(file: Path, config: unknown, workspace: Workspace): SetUp {
  const setUp = setUpFrom(file)
  if (isProgram(file)) setUp.leave('', null, 'is-program')
  const prefix = file === 'package.json' ? 'release.' : ''
  const types = carryPlugins(setUp, config, prefix)
  setUp.topsail['sources'] = 'both'
  setUp.topsail['rules'] = 'topsail'
  setUp.toTopsail(`${prefix}plugins`, 'commit-analyzer', 'commits', {
    preset: 'conventional',
    ...(types === undefined ? {} : { types }),
  })
  carryTags(setUp, config, prefix, workspace)
  carryBranches(setUp, config, prefix)
  const plugin = monorepoPlugins.find((name) => declares(workspace, name))
  if (plugin?.endsWith('multi-semantic-release') === true) {
    const name = '___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH'
    setUp.toConfig({ file: 'package.json', key: plugin }, null, name, { updateInternalDependents: 'always' })
  } else if (plugin !== undefined) {
    setUp.toTopsail({ file: 'package.json', key: plugin }, null, 'cascade', { '**': nobodyFollows })
  }
  // It reads versions from tags alone, and many manifests say nothing.
  for (const pkg of workspace.packages) {
    const { version } = pkg
    if (version === undefined || /^0\.0\.0(?:$|-)/.test(version)) {
      setUp.leave({ file: manifestPath(pkg), key: 'version' }, version ?? null, 'version-in-tags')
    }
  }
  for (const key of ['extends', 'repositoryUrl', 'dryRun', 'ci', 'preset', 'parserOpts']) {
    const value = own(config, key)
    if (value === undefined || value === 'semantic-release-monorepo') continue
    if (key === 'preset' || key === 'parserOpts' || key === 'extends')
      setUp.leave(`${prefix}${key}`, value, 'custom-preset')
  }
  return { config: setUp.config, topsail: setUp.topsail, changesets: [], notes: setUp.notes }
}

const done: Readonly<Record<string, LeftBehindReason | undefined>> = {
  '@semantic-release/changelog': 'changelog-format',
  '@semantic-release/release-notes-generator': 'changelog-format',
  '@semantic-release/git': 'commits-and-pushes',
  '@semantic-release/github': 'forge-release',
  '@semantic-release/gitlab': 'forge-release',
  '@semantic-release/exec': 'pre-command',
}

/** Gives the table of types that the analyzer was told. */
function carryPlugins(
  setUp: SetUpBuilder,
  config: unknown,
  prefix: string,
): Readonly<Record<string, Bump>> | undefined {
  const listed = own(config, 'plugins')
  let types: Readonly<Record<string, Bump>> | undefined
  for (const plugin of Array.isArray(listed) ? listed : []) {
    const [name, options]: readonly unknown[] = Array.isArray(plugin) ? plugin : [plugin]
    if (typeof name !== 'string') continue
    if (name === '@semantic-release/commit-analyzer') types = carryRules(setUp, options, prefix)
    else if (name === '@semantic-release/npm') {
      const folder = own(options, 'pkgRoot')
      if (folder !== undefined) setUp.leave(`${prefix}plugins ${name}`, folder, 'published-folder')
    } else setUp.leave(`${prefix}plugins`, options === undefined ? name : plugin, done[name] ?? 'no-counterpart')
  }
  return types
}

/** `{type: "docs", release: "patch"}`; `release: false` takes a type out. */
function carryRules(setUp: SetUpBuilder, options: unknown, prefix: string): Readonly<Record<string, Bump>> | undefined {
  const preset = own(options, 'preset')
  if (typeof preset === 'string' && !/^(?:angular|conventionalcommits)$/.test(preset)) {
    setUp.leave(`${prefix}plugins commit-analyzer.preset`, preset, 'custom-preset')
  }
  const rules = own(options, 'releaseRules')
  if (rules === undefined) return undefined
  const types: [string, Bump][] = []
  for (const rule of Array.isArray(rules) ? rules : [rules]) {
    const type = own(rule, 'type')
    const release = own(rule, 'release')
    const bump = release === false ? 'none' : release
    const isPlain = isRecord(rule) && Object.keys(rule).every((key) => key === 'type' || key === 'release')
    if (
      isPlain &&
      typeof type === 'string' &&
      (bump === 'none' || bump === 'patch' || bump === 'minor' || bump === 'major')
    ) {
      types.push([type, bump])
    } else setUp.leave(`${prefix}plugins commit-analyzer.releaseRules`, rule, 'rule-of-types')
  }
  return types.length === 0 ? undefined : Object.fromEntries(types)
}

/** `v1.2.3` for one package; plugins for monorepos put the name before it, each in its own way. */
function carryTags(setUp: SetUpBuilder, config: unknown, prefix: string, workspace: Workspace): void {
  const format = own(config, 'tagFormat')
  const key = `${prefix}tagFormat`
  if (typeof format === 'string' && /^[^$]*\$\{version\}[^$]*$/.test(format)) {
    setUp.toTopsail(key, format, 'tagPattern', format.replace('${version}', '{version}'))
    return
  }
  if (format !== undefined) setUp.leave(key, format, 'tag-per-group')
  const isMonorepo = monorepoPlugins.find((name) => declares(workspace, name))
  if (isMonorepo?.endsWith('semantic-release-monorepo') === true) {
    setUp.toTopsail({ file: 'package.json', key: isMonorepo }, null, 'tagPattern', '{name}-v{version}')
  }
}

function carryBranches(setUp: SetUpBuilder, config: unknown, prefix: string): void {
  const listed = own(config, 'branches') ?? own(config, 'branch')
  const branches: readonly unknown[] = Array.isArray(listed) ? listed : listed === undefined ? [] : [listed]
  const isPlain = (branch: unknown): branch is string => typeof branch === 'string' && !/[*?+{(]/.test(branch)
  const base = branches.find((branch) => branch === 'main' || branch === 'master') ?? branches.find(isPlain)
  if (typeof base === 'string') setUp.toConfig(`${prefix}branches`, listed, 'baseBranch', base)
  const others = branches.filter((branch) => branch !== base)
  const isPre = (branch: unknown): boolean => own(branch, 'prerelease') !== undefined
  const maintained = others.filter((branch) => !isPre(branch))
  if (maintained.length > 0) setUp.leave(`${prefix}branches`, maintained, 'branches')
  if (others.some(isPre)) setUp.leave(`${prefix}branches`, others.filter(isPre), 'pre-mode')
}
