/**
 * A release-please set-up, as far as it decides versions: which commit types release, what 0.x versions do with a bump,
 * which components share a version, who follows whom. What belongs to its pull request machinery is left behind.
 */
import { dependencyFields, type Bump, type PackageName, type Path, type Workspace } from '@topsail/core'
import { isRecord, own, stringsIn } from '../read/record.ts'
import { ignoreUnreleased } from './ignore-unreleased.ts'
import { alwaysGives, setUpFrom, type LeftBehindReason, type SetUp, type SetUpBuilder } from './set-up.ts'

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

export function migrateReleasePlease(file: Path, config: unknown, workspace: Workspace): SetUp {
  const setUp = setUpFrom(file)
  const components = readComponents(config, workspace)
  carryCommits(setUp, config, components)
  carryPlugins(setUp, config, components)
  const listed = new Set(components.map(({ name }) => name))
  ignoreUnreleased(setUp, { key: 'packages', value: null }, listed, workspace)
  carryPrivatePackages(setUp, listed, workspace)
  carryTags(setUp, config)
  for (const [name, because] of leftBehind) {
    const value = own(config, name)
    if (value !== undefined && value !== false) setUp.leave(name, value, because)
  }
  leavePackages(setUp, own(config, 'packages'), workspace)
  return { config: setUp.config, topsail: setUp.topsail, changesets: [], notes: setUp.notes }
}

type Component = { readonly name: PackageName; readonly component: string; readonly settings: (key: string) => unknown }

/** Only the packages that release-please lists are its own; a setting of a package holds before the general one. */
function readComponents(config: unknown, workspace: Workspace): readonly Component[] {
  return workspace.packages.flatMap(({ name, dir }): Component[] => {
    const listed = own(own(config, 'packages'), dir)
    if (!isRecord(listed)) return []
    const settings = (key: string): unknown => own(listed, key) ?? own(config, key)
    const called = settings('component') ?? settings('package-name') ?? name
    return [{ name, component: String(called).replace(/^@[^/]*\//, ''), settings }]
  })
}

function carryCommits(setUp: SetUpBuilder, config: unknown, components: readonly Component[]): void {
  const key = 'release-type'
  const type = own(config, key) ?? 'node'
  const policies = components.flatMap(({ name, settings }) => {
    const policy = zeroMajorOf(settings)
    return policy === 'none' ? [] : [[name, policy] as const]
  })
  const types = typesOf(own(config, 'changelog-sections'))
  setUp.toTopsail(key, type, 'sources', 'both')
  setUp.toTopsail(key, type, 'commits', {
    preset: 'release-please',
    ...(types === undefined ? {} : { types }),
    ...(policies.length === 0 ? {} : { zeroMajor: Object.fromEntries(policies) }),
  })
}

function zeroMajorOf(settings: Component['settings']): string {
  const shiftsMinor = settings('bump-patch-for-minor-pre-major') === true
  if (settings('bump-minor-pre-major') === true) return shiftsMinor ? 'shift' : 'major-to-minor'
  return shiftsMinor ? 'minor-to-patch' : 'none'
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
    } else if (type !== 'node-workspace') setUp.leave('plugins', plugin, 'no-counterpart')
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

const nobodyFollows = Object.fromEntries(dependencyFields.map((field) => [field, alwaysGives('none')]))

/** Its default is `component-v1.2.3`, the component being the name without its scope: no pattern of ours says that. */
function carryTags(setUp: SetUpBuilder, config: unknown): void {
  const v = own(config, 'include-v-in-tag') === false ? '' : 'v'
  const key = 'include-component-in-tag'
  if (own(config, key) === false) setUp.toTopsail(key, false, 'tagPattern', `${v}{version}`)
  else setUp.leave(key, true, 'tag-per-group')
}

const carriedPerPackage = new Set([
  'bump-minor-pre-major',
  'bump-patch-for-minor-pre-major',
  'component',
  'package-name',
  'release-type',
])

/** What says no more than what would be without it. */
const defaults: Readonly<Record<string, unknown>> = { draft: false, prerelease: false, versioning: 'default' }

/** release-please releases folders of any kind; here a release is one of a package of the workspace. */
function leavePackages(setUp: SetUpBuilder, packages: unknown, workspace: Workspace): void {
  if (!isRecord(packages)) return
  const dirs = new Set(workspace.packages.map(({ dir }) => dir))
  for (const [dir, settings] of Object.entries(packages)) {
    if (!dirs.has(dir)) {
      setUp.leave(`packages["${dir}"]`, settings, 'no-package-there')
      continue
    }
    if (!isRecord(settings)) continue
    for (const [name, value] of Object.entries(settings)) {
      if (carriedPerPackage.has(name) || value === defaults[name]) continue
      setUp.leave(`packages["${dir}"].${name}`, value, name === 'exclude-paths' ? 'rooted-pattern' : 'no-counterpart')
    }
  }
}

const leftBehind: readonly (readonly [name: string, because: LeftBehindReason])[] = [
  ['draft', 'forge-release'],
  ['extra-files', 'no-counterpart'],
  ['initial-version', 'no-counterpart'],
  ['prerelease', 'pre-mode'],
  ['release-as', 'no-counterpart'],
  ['separate-pull-requests', 'commits-and-pushes'],
  ['signoff', 'signature'],
  ['versioning', 'no-counterpart'],
]
