/**
 * A release-please set-up, as far as it decides versions: which commits release whom, what versions do with a bump, which
 * components share a version, who follows whom, what tags are called. The rest is named in `release-please-left.ts`.
 */
import { posix } from 'node:path'
import { type Bump, type PackageName, type Path, type Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { parseJsonc } from '../read/json-text.ts'
import { own, stringsIn } from '../read/record.ts'
import { ignoreUnreleased } from './ignore-unreleased.ts'
import { readComponents, saidByAll, tagPatternOf, type Component } from './release-please-components.ts'
import { leaveTheRest } from './release-please-left.ts'
import { alwaysGives, nobodyFollows, setUpFrom, type SetUp, type SetUpBuilder } from './set-up.ts'
import { carryTagPatterns } from './tag-patterns.ts'

/** The default name, and those that its `config-file` is commonly pointed at. */
export const releasePleaseConfigs: readonly Path[] = [
  'release-please-config.json',
  '.release-please-config.json',
  '.release-please.json',
  'release-please.json',
  '.github/release-please-config.json',
  '.github/.release-please-config.json',
  '.github/release-please.json',
  '.github/release-please/config.json',
  '.github/release-please/release-please-config.json',
]

export function migrateReleasePlease(file: Path, config: unknown, files: Files, workspace: Workspace): SetUp {
  const setUp = setUpFrom(file)
  const components = readComponents(config, workspace)
  carryCommits(setUp, config, components)
  carryVersioning(setUp, components)
  carryPlugins(setUp, config, components)
  const listed = new Set(components.map(({ name }) => name))
  ignoreUnreleased(setUp, { key: 'packages', value: null }, listed, workspace)
  carryPrivatePackages(setUp, listed, workspace)
  const tags = components.map((component) => [component.name, tagPatternOf(component)] as const)
  carryTagPatterns(setUp, { key: 'include-component-in-tag', value: null }, tags)
  leaveOtherVersions(setUp, file, components, files)
  leaveTheRest(setUp, config, components, workspace)
  return { config: setUp.config, topsail: setUp.topsail, changesets: [], notes: setUp.notes }
}

function carryCommits(setUp: SetUpBuilder, config: unknown, components: readonly Component[]): void {
  const key = 'release-type'
  const type = own(config, key) ?? 'node'
  const types = typesOf(saidByAll(components, 'changelog-sections') ?? own(config, 'changelog-sections'))
  const of = <Value>(read: (component: Component) => Value | undefined): Readonly<Record<PackageName, Value>> =>
    Object.fromEntries(
      components.flatMap((each): [PackageName, Value][] => {
        const value = read(each)
        return value === undefined ? [] : [[each.name, value]]
      }),
    )
  const zeroMajor = of(zeroMajorOf)
  const excludePaths = of(({ settings }) => filled(stringsIn(settings('exclude-paths'))))
  const since = own(config, 'last-release-sha') ?? own(config, 'bootstrap-sha')
  setUp.toTopsail(key, type, 'sources', 'both')
  const commits = {
    preset: 'release-please',
    ...(types === undefined ? {} : { types }),
    ...filledRecord({ zeroMajor, initialVersion: initialVersions(components), excludePaths }),
    ...(isWholeHash(since) ? { since } : {}),
  }
  setUp.toTopsail(key, type, 'commits', commits)
  for (const name of ['last-release-sha', 'bootstrap-sha']) {
    const sha = own(config, name)
    if (sha !== undefined && sha !== since) setUp.leave(name, sha, 'later-since')
    else if (sha !== undefined && !isWholeHash(sha)) setUp.leave(name, sha, 'no-whole-hash')
  }
  for (const { dir, settings } of components) {
    const sections = settings('changelog-sections')
    if (sections === undefined || JSON.stringify(typesOf(sections)) === JSON.stringify(types)) continue
    setUp.leave(`packages["${dir}"].changelog-sections`, sections, 'types-for-all')
  }
}

function isWholeHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(value)
}

function filled<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list
}

/** Without the records that say nothing. */
function filledRecord(records: Readonly<Record<string, object>>): Readonly<Record<string, object>> {
  return Object.fromEntries(Object.entries(records).filter(([, record]) => Object.keys(record).length > 0))
}

function zeroMajorOf({ settings }: Component): string | undefined {
  const shiftsMinor = settings('bump-patch-for-minor-pre-major') === true
  if (settings('bump-minor-pre-major') === true) return shiftsMinor ? 'shift' : 'major-to-minor'
  return shiftsMinor ? 'minor-to-patch' : undefined
}

/** One for all where all say it; what is at 0.0.0 was never released, and begins with 1.0.0 unless told otherwise. */
function initialVersions(components: readonly Component[]): Readonly<Record<PackageName, string>> {
  const common = saidByAll(components, 'initial-version')
  if (typeof common === 'string') return { '**': common }
  const versions = components.flatMap(({ name, version, settings }): [PackageName, string][] => {
    const told = settings('initial-version')
    if (typeof told === 'string') return [[name, told]]
    return version === '0.0.0' ? [[name, '1.0.0']] : []
  })
  return Object.fromEntries(versions)
}

/** Of the sections that are listed only the visible ones make a release, and those that are not listed make none. */
function typesOf(sections: unknown): Readonly<Record<string, Bump>> | undefined {
  if (!Array.isArray(sections)) return undefined
  const types = new Map<string, Bump>(['feat', 'feature', 'fix', 'perf', 'revert'].map((type) => [type, 'none']))
  for (const section of sections) {
    const type = own(section, 'type')
    if (typeof type !== 'string') continue
    const bump = type === 'feat' || type === 'feature' ? 'minor' : 'patch'
    types.set(type, own(section, 'hidden') === true ? 'none' : bump)
  }
  return Object.fromEntries(types)
}

/** A strategy can be carried over where all packages have it: here versions move alike for all. */
function carryVersioning(setUp: SetUpBuilder, components: readonly Component[]): void {
  const strategy = saidByAll(components, 'versioning')
  const prerelease = saidByAll(components, 'prerelease')
  if (strategy === 'always-bump-patch') setUp.toTopsail('versioning', strategy, 'maxBump', 'patch')
  else if (strategy === 'prerelease' && typeof prerelease !== 'object') {
    const way = prerelease === true ? 'continue' : 'finish'
    setUp.toTopsail('versioning', strategy, 'commits', { ...(setUp.topsail['commits'] as object), prerelease: way })
  } else {
    for (const { dir, settings } of components) {
      const said = settings('versioning')
      if (said !== undefined && said !== 'default') setUp.leave(`packages["${dir}"].versioning`, said, 'versioning')
    }
  }
}

function carryPlugins(setUp: SetUpBuilder, config: unknown, components: readonly Component[]): void {
  const listed = own(config, 'plugins')
  const plugins: readonly unknown[] = Array.isArray(listed) ? listed : []
  const typeOf = (plugin: unknown): unknown => (typeof plugin === 'string' ? plugin : own(plugin, 'type'))
  const fixed: PackageName[][] = []
  for (const plugin of plugins) {
    const type = typeOf(plugin)
    if (type === 'linked-versions') {
      const wanted = new Set(stringsIn(own(plugin, 'components')))
      const unknown = [...wanted].filter((name) => !components.some(({ component }) => component === name))
      if (unknown.length > 0) setUp.leave('plugins', { type, components: unknown }, 'has-no-package')
      fixed.push(components.filter(({ component }) => wanted.has(component)).map(({ name }) => name))
    } else if (type === 'sentence-case') setUp.leave('plugins', plugin, 'changelog-format')
    else if (type === 'group-priority') setUp.leave('plugins', plugin, 'one-pull-request')
    else if (type === 'cargo-workspace' || type === 'maven-workspace') setUp.leave('plugins', plugin, 'other-files')
    else if (type !== 'node-workspace') setUp.leave('plugins', plugin, 'no-counterpart')
    else if (own(plugin, 'updateAllPackages') === true) {
      setUp.leave('plugins', { type, updateAllPackages: true }, 'no-counterpart')
    }
  }
  const groups = fixed.filter((group) => group.length > 1)
  if (groups.length > 0) setUp.toConfig('plugins', 'linked-versions', 'fixed', groups)
  const nodeWorkspace = plugins.find((plugin) => typeOf(plugin) === 'node-workspace')
  if (nodeWorkspace !== undefined) {
    // It releases every dependent, whatever the range holds.
    const name = '___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH'
    setUp.toConfig('plugins', 'node-workspace', name, { updateInternalDependents: 'always' })
    const arePeersFollowed = own(nodeWorkspace, 'updatePeerDependencies') === true
    const peerDependencies = alwaysGives(arePeersFollowed ? 'patch' : 'none')
    // Those that are only developed with it as well; peers if told.
    const cascade = { '**': { devDependencies: alwaysGives('patch'), peerDependencies } }
    if (arePeersFollowed) setUp.toTopsail('plugins', { updatePeerDependencies: true }, 'cascade', cascade)
    else setUp.topsail['cascade'] = cascade
  } else setUp.toTopsail('plugins', listed ?? [], 'cascade', { '**': nobodyFollows })
}

/** It releases every package that is listed, private or not. */
function carryPrivatePackages(setUp: SetUpBuilder, listed: ReadonlySet<PackageName>, workspace: Workspace): void {
  const names = workspace.packages
    .filter((pkg) => pkg.private && pkg.version !== undefined && listed.has(pkg.name))
    .map((pkg) => pkg.name)
  if (names.length === 0) return
  setUp.config['privatePackages'] = { version: true, tag: true }
  setUp.notes.push({ kind: 'private-packages-versioned', names })
}

/** Where its manifest and package.json differ, the version here is that of package.json. */
function leaveOtherVersions(setUp: SetUpBuilder, file: Path, components: readonly Component[], files: Files): void {
  for (const place of [posix.dirname(file), '.', '.github'].flatMap((dir) =>
    manifestNames.map((name) => [dir, name]),
  )) {
    const manifest = posix.join(...place)
    const text = manifest === file ? undefined : files.read(manifest)
    const json = text === undefined ? undefined : parseJsonc(text)
    if (json?.ok !== true) continue
    for (const { dir, version } of components) {
      const released = own(json.value, dir)
      if (typeof released !== 'string' || released === version) continue
      setUp.leave({ file: manifest, key: `["${dir}"]` }, released, 'current-version')
    }
    return
  }
}

const manifestNames = ['.release-please-manifest.json', 'release-please-manifest.json', 'manifest.json']
