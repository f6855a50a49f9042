/** Random workspaces with everything the rules know: groups, pre mode, ignore, private packages, ranges in all forms. */
import fc from 'fast-check'
import { bumps } from '../bump.ts'
import type { RulesName, Settings } from '../settings.ts'
import type { ChangesetFile, PreState, Snapshot } from '../snapshot.ts'
import { dependencyFields, type DependencyField, type Package } from '../workspace.ts'
import { changesetFile, packageOf, snapshotOf, workspaceOf } from './build.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', '@acme/h'] as const

/** Few versions, so that ranges meet them. */
const finalVersions = ['0.0.0', '0.0.1', '0.1.0', '0.2.3', '1.0.0', '1.0.1', '1.2.0', '2.0.0', '10.0.2'] as const
const prereleases = ['0.1.0-beta.0', '1.0.0-beta.0', '1.0.1-beta.3', '1.1.0-alpha.4', '2.0.0-beta.1'] as const
/** As other tools and people leave them, which need no pre mode for it. */
const oddVersions = [
  ...prereleases,
  '1.0.0-0',
  '1.0.0-rc',
  '0.0.1-pre-2023.12',
  '2.0.0-next.10',
  '1.0.0-beta.2.1',
] as const

const rangeTexts = listOf(`
  workspace:* workspace:* workspace:^ workspace:^ workspace:~ workspace:^1.0.0 workspace:~1.0.0 workspace:1.0.0
  workspace:>=1.0.0 workspace:PATH workspace:./PATH workspace:../elsewhere
  ^CURRENT ^CURRENT ~CURRENT CURRENT >=CURRENT ^0.1.0 ^1.0.0 ~1.0.0 1.0.0 1.x ^1 * x EMPTY
  ^1_||_^2 1.0.1_||_2.0.0 >=1.0.0_<2.0.0 <3.0.0 ^1.0.0-beta.0 1.0.0_-_1.2.0
  latest catalog: catalog:other npm:other@^1.0.0 file:../PATH link:../PATH git+ssh://x/y.git`)

/** Ranges that hold the present version and that a bigger release never comes back into. */
const plainRangeTexts = listOf(`
  workspace:* workspace:^ workspace:~ workspace:^CURRENT workspace:PATH ^CURRENT ~CURRENT CURRENT >=CURRENT *
  ^CURRENT_||_^9 >=CURRENT_<9.0.0`)

function listOf(text: string): readonly string[] {
  const words = text.trim().split(/\s+/)
  return words.map((word) => (word === 'EMPTY' ? '' : word.replaceAll('_', ' ')))
}

export type RandomOptions = {
  readonly rules: RulesName
  /** Ranges a person would write, and nothing stale. */
  readonly isPlain?: boolean
  /** Only what both planners understand: no unknown and no mixed changesets, versions everywhere. */
  readonly isSound: boolean
}

export function randomSnapshot({ rules, isSound, isPlain = false }: RandomOptions): fc.Arbitrary<Snapshot> {
  const pre = fc.option(fc.record({ mode: fc.constantFrom('pre', 'exit'), tag: fc.constantFrom('beta', 'next') }), {
    nil: undefined,
    freq: 2,
  })
  return fc.tuple(fc.integer({ min: 2, max: names.length }), pre).chain(([size, state]) =>
    fc
      .tuple(
        fc.tuple(
          ...names.slice(0, size).map((name) =>
            randomPackage(name, size, {
              isPlain,
              isInPre: state !== undefined,
              // Changesets 2 writes null for a version where there is none when it leaves pre mode.
              isVersioned: isSound && rules === 'changesets@2' && state !== undefined,
            }),
          ),
        ),
        randomSettings(rules, size),
        fc.array(randomChangeset(size), { maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      )
      .map(([packages, settings, changesets, used]) => {
        // Before and after `pre/` by their names.
        const ids = changesets.map((_, index) => `${index < 2 ? 'change' : 'repair'}-${index}`)
        const files = changesets.map((bumpsOf, index) => changesetFile(ids[index] ?? '', bumpsOf))
        return snapshotOf({
          workspace: workspaceOf(withRanges(packages)),
          settings,
          ...preFacts(rules, state, files, used),
        })
      })
      .filter((snapshot) => !isSound || isUnmixed(snapshot)),
  )
}

type Draft = { readonly pkg: Package; readonly uses: readonly Use[] }
type Use = { readonly to: number; readonly field: DependencyField; readonly range: string }

function randomPackage(
  name: string,
  size: number,
  { isPlain, isInPre, isVersioned }: { readonly [fact in 'isPlain' | 'isInPre' | 'isVersioned']: boolean },
): fc.Arbitrary<Draft> {
  const usual = fc.constantFrom(...finalVersions, ...(isInPre ? prereleases : []))
  const version = fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...oddVersions) })
  const use = fc.record({
    to: fc.nat({ max: size - 1 }),
    field: fc.constantFrom(...dependencyFields, 'dependencies' as const),
    range: fc.constantFrom(...(isPlain ? plainRangeTexts : rangeTexts)),
  })
  return fc
    .tuple(
      isVersioned ? version : fc.option(version, { nil: undefined, freq: 10 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 4 }),
      fc.array(use, { maxLength: 5 }),
    )
    .map(([number, isPrivate, rarely, uses]) => ({
      pkg: packageOf({
        name,
        ...(number === undefined ? {} : { version: number }),
        ...(isPrivate && rarely === 0 ? { private: true } : {}),
      }),
      uses,
    }))
}

function withRanges(drafts: readonly Draft[]): readonly Package[] {
  return drafts.map(({ pkg, uses }) => {
    const sections: Partial<Record<DependencyField, Record<string, string>>> = {}
    for (const { to, field, range } of uses) {
      const target = drafts[to]?.pkg
      if (target === undefined || target === pkg) continue
      const text = range.replace('PATH', target.dir).replace('CURRENT', target.version ?? '1.0.0')
      sections[field] = { ...sections[field], [target.name]: text }
    }
    return packageOf({ ...pkg.manifest, ...sections })
  })
}

function randomSettings(rules: RulesName, size: number): fc.Arbitrary<Partial<Settings>> {
  const member = fc.constantFrom(...names.slice(0, size))
  return fc
    .record({
      rules: fc.constant(rules),
      grouped: fc.uniqueArray(member, { maxLength: size }),
      cuts: fc.array(fc.constantFrom('fixed', 'linked', 'none'), { minLength: size, maxLength: size }),
      ignore: fc.option(fc.uniqueArray(member, { maxLength: 3 }), { nil: [], freq: 3 }),
      privatePackages: fc.boolean().map((version) => ({ version, tag: false })),
      updateInternalDependencies: fc.constantFrom('patch', 'minor'),
      updateInternalDependents: fc.constantFrom('out-of-range', 'out-of-range', 'out-of-range', 'always'),
      bumpVersionsWithWorkspaceProtocolOnly: fc.constantFrom(false, false, false, true),
      onlyUpdatePeerDependentsWhenOutOfRange: fc.boolean(),
    })
    .map(({ grouped, cuts, ...settings }) => ({ ...settings, ...groupsFrom(grouped, cuts) }))
}

/** Disjoint groups: pieces of one shuffled list, each of one kind. */
function groupsFrom(grouped: readonly string[], cuts: readonly string[]): Pick<Settings, 'fixed' | 'linked'> {
  const groups = { fixed: [] as string[][], linked: [] as string[][] }
  for (let at = 0; at + 1 < grouped.length; at += 2) {
    const kind = cuts[at]
    const take = cuts[at + 1] === 'none' ? 3 : 2
    if (kind === 'fixed' || kind === 'linked') groups[kind].push(grouped.slice(at, at + take))
    if (take === 3) at += 1
  }
  return groups
}

function randomChangeset(size: number): fc.Arbitrary<Record<string, string>> {
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names.slice(0, size)), fc.constantFrom(...bumps)), {
      maxLength: 3,
      selector: ([name]) => name,
    })
    .map((entries) => Object.fromEntries(entries))
}

function preFacts(
  rules: RulesName,
  state: { readonly mode: 'pre' | 'exit'; readonly tag: string } | undefined,
  files: readonly ChangesetFile[],
  used: readonly boolean[],
): { readonly pre: PreState | undefined; readonly changesets: readonly ChangesetFile[] } {
  if (state === undefined) return { pre: undefined, changesets: files }
  if (rules === 'changesets@2') {
    const ids = files.filter((_, index) => used[index]).map(({ id }) => id)
    return { pre: { ...state, initialVersions: {}, changesets: ids }, changesets: files }
  }
  const changesets = files.map((file, index) =>
    used[index] ? { ...file, id: `pre/${file.id}`, path: `.changeset/pre/${file.id}.md` } : file,
  )
  return { pre: state, changesets }
}

/** Changesets refuses to plan at all when one file mixes packages that take part with packages that do not. */
function isUnmixed({ workspace, settings, changesets }: Snapshot): boolean {
  const takesPart = new Map(
    workspace.packages.map(({ name, private: isPrivate, version }) => [
      name,
      version !== undefined && !settings.ignore.includes(name) && (!isPrivate || settings.privatePackages.version),
    ]),
  )
  return changesets.every(({ text }) => {
    const named = [...text.matchAll(/^"([^"]+)":/gm)].map(([, name = '']) => takesPart.get(name))
    return new Set(named).size <= 1
  })
}
