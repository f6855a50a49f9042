/**
 * The text language of the planner's tests. A line it does not know is refused with its number: a slip of the pen must
 * not quietly weaken a test.
 *
 *     web 1.2.0           -> api ~2.1.0, kit dev ^1.0.0
 *     api 2.1.3           -> db workspace:^, ui peer ^1.0.0
 *     db  2.0.0 private
 *     notes -             (no version)
 *     --- settings
 *     rules topsail
 *     fixed api web
 *     --- catalogs
 *     default db ^2.0.0
 *     --- pre beta        (or: --- pre exit beta)
 *     used brave-cats     (by an earlier prerelease; `was db 1.0.0` is an initial version)
 *     --- changesets
 *     brave-cats  db major, api minor
 *     empty-one
 *     --- burned
 *     db 3.0.0 3.0.1
 *     --- commits
 *     fix(db)!: drop the pool | db api      (newest last; behind the bar the packages whose files it touches)
 */
import { bumps } from '../bump.ts'
import { commitPresetNames, rangeRelations, rulesNames, sourcesNames, type Settings } from '../settings.ts'
import type { ChangesetFile, History, PreState, Snapshot } from '../snapshot.ts'
import { dependencyFields, type DependencyField, type Package } from '../workspace.ts'
import { changesetFile, packageOf, snapshotOf, workspaceOf } from './build.ts'

export function readScenario(text: string): Snapshot {
  const draft = emptyDraft()
  let section: Section = 'packages'
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim().replaceAll(/\s+/g, ' ')
    if (line === '') continue
    const fail = (why: string): never => {
      throw new Error(`scenario, line ${index + 1}: ${why}: ${line}`)
    }
    if (line.startsWith('---')) section = startSection(line.slice(3).trim(), draft, fail)
    else readers[section](line, draft, fail)
  }
  return toSnapshot(draft)
}

type Section = 'packages' | 'settings' | 'catalogs' | 'pre' | 'changesets' | 'burned' | 'commits'
type Fail = (why: string) => never
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

type Draft = {
  readonly packages: Package[]
  readonly settings: Partial<Mutable<Settings>>
  readonly catalogs: Record<string, Record<string, string>>
  pre: Mutable<PreState> | undefined
  readonly changesets: ChangesetFile[]
  readonly burned: Record<string, readonly string[]>
  readonly commits: { readonly message: string; readonly touched: readonly string[] }[]
}

function emptyDraft(): Draft {
  return { packages: [], settings: {}, catalogs: {}, pre: undefined, changesets: [], burned: {}, commits: [] }
}

function startSection(title: string, draft: Draft, fail: Fail): Section {
  const [name = '', ...rest] = title.split(' ')
  if (name === 'pre') {
    const mode = rest[0] === 'exit' ? 'exit' : 'pre'
    const tag = mode === 'exit' ? rest[1] : rest[0]
    draft.pre = { mode, tag: tag ?? fail('pre mode needs a tag') }
    return 'pre'
  }
  if (rest.length > 0 || !Object.hasOwn(readers, name)) fail('no such section')
  return name as Section
}

const readers: Readonly<Record<Section, (line: string, draft: Draft, fail: Fail) => void>> = {
  packages: (line, draft, fail) => draft.packages.push(readPackage(line, fail)),
  settings: readSetting,
  catalogs: (line, draft, fail) => {
    const [catalog, name, range, ...rest] = line.split(' ')
    if (catalog === undefined || name === undefined || range === undefined || rest.length > 0) {
      return fail('a catalog line is: catalog package range')
    }
    draft.catalogs[catalog] = { ...draft.catalogs[catalog], [name]: range }
  },
  pre: (line, { pre }, fail) => {
    const [word, name, version] = line.split(' ')
    if (pre === undefined || name === undefined) return fail('a pre line is: used changeset, or: was package version')
    if (word === 'used') pre.changesets = [...(pre.changesets ?? []), name]
    else if (word === 'was' && version !== undefined) pre.initialVersions = { ...pre.initialVersions, [name]: version }
    else fail('a pre line is: used changeset, or: was package version')
  },
  changesets: (line, draft, fail) => {
    const [id = '', ...rest] = line.split(' ')
    draft.changesets.push(changesetFile(id, readBumps(rest.join(' '), fail)))
  },
  burned: (line, draft, fail) => {
    const [name = '', ...versions] = line.split(' ')
    if (versions.length === 0) return fail('a burned line is: package version version')
    draft.burned[name] = versions
  },
  commits: (line, draft, fail) => {
    const [message = '', touched] = line.split(' | ')
    if (touched === undefined) return fail('a commit line is: message | packages')
    draft.commits.push({ message, touched: touched.split(' ') })
  },
}

const fieldWords: Readonly<Record<string, DependencyField>> = {
  dev: 'devDependencies',
  peer: 'peerDependencies',
  optional: 'optionalDependencies',
}

function readPackage(line: string, fail: Fail): Package {
  const [head = '', tail] = line.split(' -> ')
  const [name = '', version = fail('a package needs a version, or -'), ...flags] = head.split(' ')
  const sections: Partial<Record<DependencyField, Record<string, string>>> = {}
  for (const part of tail === undefined ? [] : tail.split(',')) {
    const words = part.trim().split(' ')
    const field = fieldWords[words[1] ?? ''] ?? 'dependencies'
    const range = words.slice(field === 'dependencies' ? 1 : 2).join(' ')
    if (words[0] === undefined || range === '') fail('a dependency is: name [dev|peer|optional] range')
    sections[field] = { ...sections[field], [words[0] ?? '']: range }
  }
  if (flags.some((flag) => flag !== 'private')) fail('a package may be private, nothing else')
  return packageOf({
    name,
    ...(version === '-' ? {} : { version }),
    ...(flags.includes('private') ? { private: true } : {}),
    ...sections,
  })
}

function readBumps(text: string, fail: Fail): Record<string, string> {
  const entries = text === '' ? [] : text.split(',').map((part) => part.trim().split(' '))
  return Object.fromEntries(
    entries.map(([name = '', bump = '', ...rest]) => {
      if (!bumps.some((known) => known === bump) || rest.length > 0)
        fail('a changeset is: id package bump, package bump')
      return [name, bump]
    }),
  )
}

function readSetting(line: string, { settings }: Draft, fail: Fail): void {
  const [key = '', ...values] = line.split(' ')
  const [value = ''] = values
  const oneOf = <const Word extends string>(words: readonly Word[], word = value): Word =>
    words.find((known) => known === word) ?? fail(`one of ${words.join(', ')} was expected`)
  switch (key) {
    case 'rules':
      settings.rules = oneOf(rulesNames)
      return
    case 'sources':
      settings.sources = oneOf(sourcesNames)
      return
    case 'fixed':
    case 'linked':
      settings[key] = [...(settings[key] ?? []), values]
      return
    case 'ignore':
      settings.ignore = values
      return
    case 'privatePackages':
      settings.privatePackages = { version: oneOf(['versioned', 'skipped']) === 'versioned', tag: false }
      return
    case 'updateInternalDependencies':
      settings.updateInternalDependencies = oneOf(['patch', 'minor'])
      return
    case 'updateInternalDependents':
      settings.updateInternalDependents = oneOf(['always', 'out-of-range'])
      return
    case 'bumpVersionsWithWorkspaceProtocolOnly':
    case 'onlyUpdatePeerDependentsWhenOutOfRange':
    case 'everyReleaseLeavesWorkspaceOperators':
    case 'everyReleaseRewritesWorkspaceRanges':
    case 'exitSparesLeftOut':
      settings[key] = true
      return
    case 'zeroMajor':
      settings.zeroMajor = oneOf(['none', 'major-to-minor', 'shift'])
      return
    case 'maxBump':
      settings.maxBump = oneOf(bumps)
      return
    case 'commits':
      settings.commits = { preset: oneOf(commitPresetNames), types: {} }
      return
    case 'cascade':
      readCascade(values, settings, oneOf, fail)
      return
    default:
      fail('no such setting')
  }
}

/** `cascade api peerDependencies out-by-minor patch` */
function readCascade(
  [name = '', field, relation, bump]: readonly string[],
  settings: Partial<Mutable<Settings>>,
  oneOf: <const Word extends string>(words: readonly Word[], word?: string) => Word,
  fail: Fail,
): void {
  if (bump === undefined) fail('a cascade line is: package section relation bump')
  const table = settings.cascade?.[name] ?? {}
  const section = oneOf(dependencyFields, field)
  const row = { ...table[section], [oneOf(rangeRelations, relation)]: oneOf(bumps, bump) }
  settings.cascade = { ...settings.cascade, [name]: { ...table, [section]: row } }
}

function toSnapshot(draft: Draft): Snapshot {
  const hasCommits = draft.commits.length > 0
  const sources = hasCommits ? (draft.changesets.length > 0 ? 'both' : 'commits') : 'changesets'
  return snapshotOf({
    workspace: workspaceOf(draft.packages, draft.catalogs),
    settings: { sources, privatePackages: { version: true, tag: false }, ...draft.settings },
    changesets: draft.changesets.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    pre: draft.pre,
    ...(Object.keys(draft.burned).length > 0 ? { burned: draft.burned } : {}),
    history: hasCommits ? toHistory(draft) : undefined,
  })
}

/** Every commit is the parent of the next; nothing was released yet. */
function toHistory({ commits, packages }: Draft): History {
  const dirs = packages.map(({ dir }) => dir)
  const dirOf = new Map(packages.map(({ name, dir }) => [name, dirs.indexOf(dir)]))
  const sha = (index: number): string => String(index + 1).padStart(40, '0')
  const raw = commits.map(({ message, touched }, index) => ({
    sha: sha(index),
    parents: index === 0 ? [] : [sha(index - 1)],
    date: '2026-11-22T16:50:00.000Z',
    message,
    dirs: touched.flatMap((name) => dirOf.get(name) ?? []),
    addedChangesets: [],
  }))
  return { commits: raw.toReversed(), dirs, lastRelease: {} }
}
