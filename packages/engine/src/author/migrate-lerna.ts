/**
 * A Lerna set-up as Changesets and Topsail configuration, such that the next plan is the one Lerna would make: one
 * version line (or independent versions), commits counted as Lerna counts them, dependents always released. What only
 * says how Lerna commits, pushes or asks is left behind with a note; options that are no part of a release are not
 * mentioned.
 */
import type { PackageName, Path, Workspace } from '@topsail/core'
import { isRecord, own, stringsIn } from '../read/record.ts'
import { ignoreUnreleased } from './ignore-unreleased.ts'
import { leaveTheRest } from './lerna-left.ts'
import { releaseOptions, type Options } from './lerna-options.ts'
import { alwaysGives, nobodyFollows, setUpFrom, staysInRange, type SetUp, type SetUpBuilder } from './set-up.ts'
import { globMatcher } from '../read/glob.ts'

export function migrateLerna(lerna: unknown, workspace: Workspace): SetUp {
  const setUp = setUpFrom('lerna.json')
  const options = releaseOptions(lerna, workspace)
  const released = releasedBy(lerna, options, workspace)
  carryVersioning(setUp, lerna, options)
  ignoreUnreleased(setUp, { key: 'packages', value: own(lerna, 'packages') ?? null }, released, workspace)
  carryCommits(setUp, options)
  carryIgnoredChanges(setUp, options, workspace)
  carryPrivatePackages(setUp, options, released, workspace)
  carryBranch(setUp, options)
  const access = options.get('access')
  if (access?.value === 'public' || access?.value === 'restricted') {
    setUp.toConfig(access.key, access.value, 'access', access.value)
  }
  leaveTheRest(setUp, options)
  return { config: setUp.config, topsail: setUp.topsail, changesets: [], notes: setUp.notes }
}

/** `packages` of lerna.json may name fewer than the package manager's workspace has, and `ignore` some of them. */
function releasedBy(lerna: unknown, options: Options, workspace: Workspace): ReadonlySet<PackageName> {
  const passed = new Set(stringsIn(options.get('ignore')?.value))
  const all = new Set(workspace.packages.map((pkg) => pkg.name).filter((name) => !passed.has(name)))
  const globs = own(lerna, 'useWorkspaces') === true ? [] : stringsIn(own(lerna, 'packages'))
  const tidy = globs.map((glob) => glob.replace(/^(!?)\.\//, '$1').replace(/\/+$/, ''))
  const isNamed = globMatcher(tidy.filter((glob) => !glob.startsWith('!')))
  const isLeftOut = globMatcher(tidy.flatMap((glob) => (glob.startsWith('!') ? [glob.slice(1)] : [])))
  const named = workspace.packages
    .filter(({ name, dir }) => all.has(name) && isNamed(dir) && !isLeftOut(dir))
    .map((pkg) => pkg.name)
  return named.length === 0 ? all : new Set(named)
}

function carryVersioning(setUp: SetUpBuilder, lerna: unknown, options: Options): void {
  const version = own(lerna, 'version')
  const independent = version === 'independent' || options.get('independent')?.value === true
  const force = options.get('forcePublish')
  if (independent) {
    carryIndependentTags(setUp, options)
    if (force !== undefined && force.value !== false) setUp.leave(force.key, force.value, 'no-counterpart')
  } else {
    const everything = force?.value === true || force?.value === '*' || stringsIn(force?.value).includes('*')
    setUp.toConfig('version', version, everything ? 'fixed' : 'linked', [['**']])
    if (force !== undefined && !everything && force.value !== false)
      setUp.leave(force.key, force.value, 'no-counterpart')
    if (!everything) {
      setUp.notes.push({ kind: 'one-version-line', version: typeof version === 'string' ? version : '' })
      setUp.notes.push({ kind: 'majors-release-all' })
    }
    const prefix = options.get('tagVersionPrefix')
    const tagPattern = `${typeof prefix?.value === 'string' ? prefix.value : 'v'}{version}`
    setUp.toTopsail(prefix?.key ?? 'version', prefix?.value ?? version, 'tagPattern', tagPattern)
  }
}

function carryIndependentTags(setUp: SetUpBuilder, options: Options): void {
  const separator = options.get('tagVersionSeparator')
  if (typeof separator?.value !== 'string' || separator.value === '@') return
  setUp.toTopsail(separator.key, separator.value, 'tagPattern', `{name}${separator.value}{version}`)
}

function carryCommits(setUp: SetUpBuilder, options: Options): void {
  // Lerna releases all dependents of what it releases, whatever their ranges say, and those that only develop with it;
  // peers it does not know.
  const excluded = options.get('excludeDependents')
  if (excluded?.value === true) setUp.toTopsail(excluded.key, true, 'cascade', { '**': nobodyFollows })
  else {
    setUp.config['___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH'] = { updateInternalDependents: 'always' }
    setUp.topsail['cascade'] = { '**': { devDependencies: alwaysGives('patch'), peerDependencies: staysInRange } }
  }
  const conventional = options.get('conventionalCommits')
  if (conventional?.value !== true) {
    // Lerna asked a person for each bump: a changeset is where that person answers now.
    setUp.topsail['sources'] = 'changesets'
    return
  }
  setUp.toTopsail(conventional.key, true, 'sources', 'both')
  setUp.toTopsail(conventional.key, true, 'commits', { preset: 'lerna' })
  carryPreset(setUp, options)
  const premajor = options.get('premajorVersionBump')
  if (premajor?.value === 'force-patch') setUp.toTopsail(premajor.key, premajor.value, 'zeroMajor', 'shift')
}

/** The default preset does not know `feat!: x`; the usual others do. */
function carryPreset(setUp: SetUpBuilder, options: Options): void {
  const preset = options.get('changelogPreset')
  const name = own(preset?.value, 'name') ?? preset?.value
  if (preset === undefined || typeof name !== 'string' || name.includes('angular')) return
  setUp.toTopsail(preset.key, preset.value, 'commits', { preset: 'lerna', exclamationMark: true })
  if (!/^(?:conventional-changelog-)?conventionalcommits$/.test(name)) {
    setUp.leave(preset.key, preset.value, 'custom-preset')
  }
}

/** Lerna matches paths from the root of the repository, and so do commits here; Changesets matches within a package. */
function carryIgnoredChanges(setUp: SetUpBuilder, options: Options, workspace: Workspace): void {
  // `ignore` is how older versions called it.
  const ignored = options.get('ignoreChanges') ?? options.get('ignore')
  if (ignored === undefined) return
  const dirs = workspace.packages.map((pkg) => pkg.dir)
  const names = new Set(workspace.packages.map((pkg) => pkg.name))
  const patterns = stringsIn(ignored.value).filter((pattern) => pattern !== '' && !names.has(pattern))
  const within = new Set<string>()
  for (const pattern of patterns) {
    const relative = withinPackage(pattern, dirs)
    if (relative === undefined) setUp.leave(ignored.key, pattern, 'rooted-pattern')
    else within.add(`!${relative}`)
  }
  if (within.size > 0) setUp.toConfig(ignored.key, ignored.value, 'changedFilePatterns', ['**', ...within])
  const commits = setUp.topsail['commits']
  const ignoreFiles = patterns.filter((pattern) => !pattern.startsWith('!'))
  if (isRecord(commits) && ignoreFiles.length > 0) {
    setUp.toTopsail(ignored.key, ignored.value, 'commits', { ...commits, ignoreFiles })
  }
}

/** A pattern that begins with folders says the same within a package only if they lead to every package. */
function withinPackage(pattern: string, dirs: readonly Path[]): string | undefined {
  if (pattern.startsWith('!') || pattern === '') return undefined
  if (!pattern.includes('/')) return `**/${pattern}`
  if (pattern.startsWith('**/')) return pattern
  const segments = pattern.split('/')
  for (let count = 1; count < segments.length; count += 1) {
    const matches = globMatcher(segments.slice(0, count).join('/'))
    if (dirs.every((dir) => matches(dir))) return segments.slice(count).join('/') || undefined
  }
  return undefined
}

/** Lerna versions private packages unless told otherwise, Changesets 3 only when told so. */
function carryPrivatePackages(
  setUp: SetUpBuilder,
  options: Options,
  released: ReadonlySet<PackageName>,
  { packages }: Workspace,
): void {
  const included = options.get('private')
  if (included?.value === false) {
    setUp.toConfig(included.key, false, 'privatePackages', { version: false, tag: false })
    return
  }
  const names = packages
    .filter((pkg) => pkg.private && pkg.version !== undefined && released.has(pkg.name))
    .map((pkg) => pkg.name)
  if (names.length === 0) return
  setUp.config['privatePackages'] = { version: true, tag: true }
  setUp.notes.push({ kind: 'private-packages-versioned', names })
}

function carryBranch(setUp: SetUpBuilder, options: Options): void {
  const allowed = options.get('allowBranch')
  if (allowed === undefined) return
  const branches = typeof allowed.value === 'string' ? [allowed.value] : stringsIn(allowed.value)
  const plain = branches.filter((branch) => !/[*?[\]{}!()]/.test(branch))
  const base = plain.find((branch) => branch === 'main' || branch === 'master') ?? plain[0]
  if (base !== undefined) setUp.toConfig(allowed.key, allowed.value, 'baseBranch', base)
  const others = branches.filter((branch) => branch !== base)
  if (others.length > 0) setUp.leave(allowed.key, others, 'branches')
}
