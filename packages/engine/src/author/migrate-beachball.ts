/**
 * A beachball set-up: its change files become changesets, a group of packages a fixed group, dependents follow whatever
 * their ranges hold. Most configurations are programs, which are not run; what they say is for a person to carry over.
 */
import { isBump, type Bump, type PackageName, type Path, type Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { parseJsonc } from '../read/json-text.ts'
import { isRecord, own, stringsIn } from '../read/record.ts'
import { convertedPath, convertedText } from './converted-changeset.ts'
import { isProgram } from './find-file-set-ups.ts'
import { ignoreUnreleased } from './ignore-unreleased.ts'
import { alwaysGives, setUpFrom, type SetUp, type SetUpBuilder } from './set-up.ts'
import { globMatcher } from '../read/glob.ts'

export function migrateBeachball(file: Path, config: unknown, files: Files, workspace: Workspace): SetUp {
  const setUp = setUpFrom(file)
  if (isProgram(file)) setUp.leave('', null, 'is-program')
  // Dependents get what a change file says, a patch where it says nothing, in whatever section they depend.
  if (own(config, 'bumpDeps') !== false) {
    setUp.config['___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH'] = { updateInternalDependents: 'always' }
    setUp.topsail['cascade'] = { '**': { devDependencies: alwaysGives('patch') } }
  }
  setUp.topsail['sources'] = 'changesets'
  if (own(config, 'gitTags') !== false) setUp.topsail['tagPattern'] = '{name}_v{version}'
  carrySettings(setUp, config, workspace)
  carryScope(setUp, config, workspace)
  const changeDir = own(config, 'changeDir')
  const changesets = convertChangeFiles(setUp, files, typeof changeDir === 'string' ? changeDir : 'change', workspace)
  return { config: setUp.config, topsail: setUp.topsail, changesets, notes: setUp.notes }
}

function carrySettings(setUp: SetUpBuilder, config: unknown, { packages }: Workspace): void {
  if (!isRecord(config)) return
  const { access, branch, groups, ignorePatterns } = config
  if (access === 'public' || access === 'restricted') setUp.toConfig('access', access, 'access', access)
  if (typeof branch === 'string') {
    const name = branch.replace(/^origin\//, '')
    setUp.toConfig('branch', branch, 'baseBranch', name)
  }
  const fixed = (Array.isArray(groups) ? groups : []).map((group: unknown) => {
    const isIn = globMatcher(textOrList(own(group, 'include')))
    const isOut = globMatcher(textOrList(own(group, 'exclude')).map((glob) => glob.replace(/^!/, '')))
    return packages.filter(({ dir }) => isIn(dir) && !isOut(dir)).map(({ name }) => name)
  })
  if (fixed.length > 0) setUp.toConfig('groups', groups, 'fixed', fixed)
  // Those with folders lead from the root; here they are relative to each package.
  const isAnywhere = (pattern: string): boolean => !pattern.includes('/') || pattern.startsWith('**/')
  const patterns = stringsIn(ignorePatterns)
  const anywhere = patterns.filter(isAnywhere)
  const rooted = patterns.filter((pattern) => !isAnywhere(pattern))
  if (anywhere.length > 0) {
    const ignore = anywhere.map((pattern) => (pattern.includes('/') ? pattern : `**/${pattern}`))
    setUp.toTopsail('ignorePatterns', anywhere, 'check', { ignore })
  }
  if (rooted.length > 0) setUp.leave('ignorePatterns', rooted, 'rooted-pattern')
  const told = new Set(['access', 'branch', 'bumpDeps', 'changeDir', 'gitTags', 'groups', 'ignorePatterns', 'scope'])
  for (const [key, value] of Object.entries(config)) {
    if (told.has(key) || value === false) continue
    if (key === 'registry') setUp.leave(key, value, 'registry')
    else if (key === 'tag' || key === 'defaultNpmTag') setUp.leave(key, value, 'dist-tag')
    else if (key === 'changelog' || key === 'generateChangelog') setUp.leave(key, value, 'changelog-format')
    else if (key === 'hooks') setUp.leave(key, value, 'pre-command')
    else setUp.leave(key, value, 'no-counterpart')
  }
}

/** Folders of the packages that are released; behind `!` those that are not. */
function carryScope(setUp: SetUpBuilder, config: unknown, workspace: Workspace): void {
  const scope = stringsIn(own(config, 'scope'))
  if (scope.length === 0) return
  const named = scope.filter((glob) => !glob.startsWith('!'))
  const isIn = globMatcher(named)
  const isOut = globMatcher(scope.flatMap((glob) => (glob.startsWith('!') ? [glob.slice(1)] : [])))
  const inScope = workspace.packages.filter(({ dir }) => (named.length === 0 || isIn(dir)) && !isOut(dir))
  ignoreUnreleased(setUp, { key: 'scope', value: scope }, new Set(inScope.map(({ name }) => name)), workspace)
}

function textOrList(value: unknown): string[] {
  return typeof value === 'string' ? [value] : [...stringsIn(value)]
}

type Change = { readonly name: PackageName; readonly bump: Bump; readonly comment: string }

function convertChangeFiles(
  setUp: SetUpBuilder,
  files: Files,
  folder: Path,
  workspace: Workspace,
): SetUp['changesets'] {
  const members = new Set(workspace.packages.map(({ name }) => name))
  const taken = new Set<Path>()
  return files.entries(folder).flatMap(({ kind, name }) => {
    if (kind !== 'file' || !name.endsWith('.json')) return []
    const from = `${folder}/${name}`
    const json = parseJsonc(files.read(from) ?? '')
    const listed = json.ok ? (own(json.value, 'changes') ?? [json.value]) : undefined
    const entries: readonly unknown[] = Array.isArray(listed) ? listed : []
    const changes = entries.flatMap((entry) => readChange(setUp, from, entry, members) ?? [])
    if (entries.length === 0) setUp.leave({ file: from, key: '' }, name, 'unreadable')
    if (changes.length === 0) return []
    const to = convertedPath('beachball', name, taken)
    const { bumps, message } = together(changes)
    setUp.notes.push({ kind: 'plan-converted', from, to, bumps: Object.fromEntries(bumps) })
    return [{ path: to, text: convertedText(bumps, message) }]
  })
}

function readChange(
  setUp: SetUpBuilder,
  file: Path,
  entry: unknown,
  members: ReadonlySet<PackageName>,
): Change | undefined {
  const name = own(entry, 'packageName')
  const type = own(entry, 'type')
  if (typeof name !== 'string' || !members.has(name)) {
    setUp.leave({ file, key: String(name ?? '') }, type, 'has-no-package')
    return undefined
  }
  const bump = type === 'prerelease' ? 'patch' : typeof type === 'string' ? type.replace(/^pre/, '') : type
  if (bump !== type) setUp.leave({ file, key: name }, type, 'pre-mode')
  if (!isBump(bump)) return undefined
  const dependents = own(entry, 'dependentChangeType')
  if (dependents !== undefined && dependents !== 'patch' && bump !== 'none') {
    setUp.leave({ file, key: 'dependentChangeType' }, dependents, 'dependents-alike')
  }
  return { name, bump, comment: String(own(entry, 'comment') ?? '').trim() }
}

/** Of several changes of one package the highest stands, and all comments. */
function together(changes: readonly Change[]): {
  readonly bumps: ReadonlyMap<PackageName, Bump>
  readonly message: string
} {
  const order: readonly Bump[] = ['none', 'patch', 'minor', 'major']
  const bumps = new Map<PackageName, Bump>()
  for (const { name, bump } of changes) {
    if (order.indexOf(bump) >= order.indexOf(bumps.get(name) ?? 'none')) bumps.set(name, bump)
  }
  const comments = [...new Set(changes.map(({ comment }) => comment))].filter((comment) => comment !== '')
  return { bumps, message: comments.join('\n\n') }
}
