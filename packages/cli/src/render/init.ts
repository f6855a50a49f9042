/**
 * What `topsail init` did, in words: files, then what was carried over, then what was left behind and why, then what is
 * for a person to do. One sentence per reason; the records are exhaustive, so a reason without words does not compile.
 */
import type { ChangeIn3, InitNote, InitResult, LeftBehindReason, Setting, Tool } from '@topsail/engine'
import type { Colours } from '../context.ts'
import { plural, printable, truncate } from './text.ts'

export function renderInit(result: InitResult, dryRun: boolean, colours: Colours): string {
  const sections = [
    ['', [openingLine(result)]],
    ['', result.files.map((file) => fileLine(file, dryRun, colours))],
    ['Carried over', notesOf(result, 'carried', colours)],
    ['Left behind', leftBehindLines(result)],
    ['To know', notesOf(result, 'to-know', colours)],
    ['For you to do', notesOf(result, 'to-do', colours)],
  ] as const
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title === '' ? '' : `${colours.bold(title)}\n`}${lines.join('\n')}\n`)
    .join('\n')
}

const toolNames: Readonly<Record<Tool, string>> = {
  beachball: 'beachball',
  changesets: 'Changesets',
  lerna: 'Lerna',
  nx: 'Nx Release',
  pnpm: 'pnpm',
  'release-please': 'release-please',
  'semantic-release': 'semantic-release',
}

function openingLine({ from, files }: InitResult): string {
  if (files.length > 0 && files.every((file) => file.state === 'kept')) return 'Everything is set up already.'
  if (from === undefined) return 'A fresh set-up.'
  return from === 'changesets'
    ? 'Changesets is set up here; Topsail works on the same folder, and its files stay as they are.'
    : `From the set-up of ${toolNames[from]}, whose own files stay as they are.`
}

function fileLine(file: InitResult['files'][number], dryRun: boolean, colours: Colours): string {
  const path = colours.cyan(printable(file.path))
  if (file.state === 'kept') return `  ${colours.dim('kept')}   ${path}`
  return dryRun ? `  would write ${path}` : `  ${colours.green('wrote')}  ${path}`
}

type Section = 'carried' | 'left-behind' | 'to-know' | 'to-do'

function notesOf(result: InitResult, section: Section, colours: Colours): readonly string[] {
  return result.notes.filter((note) => sectionOf(note) === section).map((note) => `  ${sentence(note, colours)}`)
}

type LeftBehind = Extract<InitNote, { kind: 'left-behind' }>

/** What many packages have in common is said once. */
function leftBehindLines({ notes }: InitResult): readonly string[] {
  const groups = new Map<string, LeftBehind[]>()
  for (const [at, note] of notes.entries()) {
    if (note.kind !== 'left-behind') continue
    const setting = ofPackage.exec(note.from.key)?.[2]
    const value = note.because === 'no-package-there' ? '' : JSON.stringify(note.value)
    const key = setting === undefined ? String(at) : [note.from.file, note.because, setting, value].join('\0')
    groups.set(key, [...(groups.get(key) ?? []), note])
  }
  return [...groups.values()].map((group) => `  ${leftBehindLine(group)}`)
}

const ofPackage = /^packages\["(.*)"\](.*)$/

function leftBehindLine(group: readonly LeftBehind[]): string {
  const [note, ...others] = group
  if (note === undefined) return ''
  if (others.length === 0) return `${place(note.from)} ${valueText(note.value)}: ${leftBehindWords[note.because]}`
  const [, , setting = ''] = ofPackage.exec(note.from.key) ?? []
  const dirs = names(group.map(({ from }) => ofPackage.exec(from.key)?.[1] ?? from.key))
  const what = note.because === 'no-package-there' ? '' : ` ${valueText(note.value)}`
  return `${printable(note.from.file)} packages[…]${printable(setting)}${what} (${dirs}): ${leftBehindWords[note.because]}`
}

function sectionOf(note: InitNote): Section {
  switch (note.kind) {
    case 'carried':
    case 'plan-converted':
      return 'carried'
    case 'left-behind':
      return 'left-behind'
    case 'one-version-line':
    case 'majors-release-all':
    case 'private-packages-versioned':
    case 'changes-in-3':
    case 'pre-state':
    case 'commits-count':
      return 'to-know'
    case 'other-tool':
    case 'script':
      return 'to-do'
  }
}

function sentence(note: InitNote, colours: Colours): string {
  switch (note.kind) {
    case 'carried':
      return `${place(note.from)} ${valueText(note.value)} → ${colours.cyan(place(note.to))} ${valueText(note.as)}`
    case 'plan-converted':
      return `${printable(note.from)} → ${colours.cyan(printable(note.to))} ${valueText(note.bumps)}`
    case 'left-behind':
      return leftBehindLine([note])
    case 'one-version-line':
      return 'The packages share one version line, as a "linked" group: those that changed get it. "fixed" would release all of them each time.'
    case 'majors-release-all':
      return 'Lerna releases every package with a major; here a major releases those that changed and their dependents.'
    case 'private-packages-versioned':
      return `Private packages get versions and tags too (${names(note.names)}); "privatePackages" decides.`
    case 'changes-in-3':
      return `With Changesets 3: ${changeIn3(note.change)}`
    case 'pre-state':
      return preStateSentence(note)
    case 'commits-count':
      if (note.since !== undefined) {
        return `Conventional commits count beside changesets from now on: those after ${note.since.slice(0, 9)} ("commits.since" in topsail.json). "sources" decides.`
      }
      return 'Conventional commits count beside changesets now: topsail plan shows what that adds to topsail plan --sources changesets. "sources" in topsail.json decides.'
    case 'other-tool':
      return `${printable(note.file)} (${toolNames[note.tool]}) no longer decides anything here; remove it when nothing else needs it.`
    case 'script':
      return `The script "${printable(note.name)}" runs ${code(note.command)}; ${successorsOf(note.command)} its place.`
  }
}

const successors: readonly (readonly [RegExp, string])[] = [
  [/\bchangeset(?: +add\b| +-| *(?:$|[&|;]))/, 'topsail add'],
  [/\b(?:beachball +change|nx +release +plan)\b(?!:)/, 'topsail add'],
  [/\b(?:changeset +status|beachball +check|nx +release +plan:check)\b/, 'topsail check'],
  [/\bchangeset +pre\b/, 'topsail pre'],
  [
    /\bchangeset +version\b|\blerna +(?:version|publish)\b|\bnx +release\b(?! +plan)|\brelease-please\b|\bbeachball +bump\b|\bsemantic-release\b/,
    'topsail version',
  ],
  [
    /\bchangeset +(?:publish|tag|git-tag)\b|\blerna +publish\b|\bnx +release\b(?! +plan)|\brelease-please\b|\bbeachball +publish\b|\bsemantic-release\b/,
    'topsail publish',
  ],
]

/** With its verb. Of a command that is none of the known ones, the two that release. */
function successorsOf(command: string): string {
  const named = successors.flatMap(([pattern, name]) => (pattern.test(command.slice(0, 2000)) ? [name] : []))
  if (named.length === 1) return `${named[0]} takes`
  return `${(named.length === 0 ? ['topsail version', 'topsail publish'] : named).join(' and ')} take`
}

function preStateSentence({ tag, mode, used, generation }: Extract<InitNote, { kind: 'pre-state' }>): string {
  const state = mode === 'exit' ? 'is about to leave' : 'is in'
  const form =
    generation === 2 ? `, in the form of Changesets 2 (${plural(used, 'changeset')} used); both forms are read` : ''
  return `The workspace ${state} pre mode with the tag "${printable(tag)}"${form}.`
}

function changeIn3(change: ChangeIn3): string {
  switch (change.setting) {
    case 'privatePackages':
      return `private packages (${names(change.names)}) would no longer be versioned; write "privatePackages": {"version": true, "tag": false} to keep them.`
    case 'baseBranch':
      return `the default of "baseBranch" is ${change.after} instead of ${change.before}; write the one you use.`
    case 'prettier':
      return `"prettier" is now "format"; write "format": ${change.value === false ? 'false' : '"prettier"'}.`
    case 'peers':
      return `a minor or major of a peer gives its dependents (${names(change.dependents)}) a patch, and only when it leaves their range, instead of a major.`
    case 'snapshot':
      return `"${change.key}" is now "snapshot": {"useCalculatedVersion": …}.`
    case 'access':
      return `"access": "${change.value}" is gone; write "restricted".`
  }
}

const leftBehindWords: Readonly<Record<LeftBehindReason, string>> = {
  branches: 'there is one base branch; run topsail version from the others only in CI.',
  canary: 'topsail version --snapshot makes versions to try out.',
  'changelog-format': 'the entries are written by the "changelog" generator of .changeset/config.json.',
  'changelog-of-workspace': 'each package has its own CHANGELOG.md; there is none for the whole workspace.',
  'commits-and-pushes': 'topsail version only writes files; topsail ci main commits and pushes them in CI.',
  'current-version': 'the current version is what the manifest says.',
  'custom-preset': 'commits count as with Lerna\'s own preset; "commits.types" in topsail.json changes the table.',
  'dependents-alike': 'dependents get a patch, or what "cascade" in topsail.json says, for every change alike.',
  'dist-tag': 'write "publishConfig": {"tag": …} in the manifests, or use topsail pre enter TAG.',
  docker: 'write an "oci" target for the package under "targets" in topsail.json.',
  'exact-ranges': 'a range keeps the operator it has; write the exact version once, and it stays exact.',
  'forge-release': 'topsail ci main makes releases on the forge; "forgeReleases" in topsail.json says which.',
  'group-without-package': 'no package belongs to it.',
  'has-no-package': 'it names nothing in this workspace.',
  'is-needed': 'it is not released there, but a released package depends on it, so it cannot be ignored here.',
  'is-program': 'it is a program, and is not run here; look whether it says more than was carried over.',
  'later-since': '"commits.since" holds one commit, and the other setting is the later one.',
  'no-counterpart': 'there is nothing like it here.',
  'no-package-there':
    'no package of this workspace lies there, and only those are released; where they are packages, list them as members ("workspaces" in package.json, or pnpm-workspace.yaml).',
  'no-whole-hash': '"commits.since" in topsail.json takes the whole hash of a commit.',
  'one-pull-request': 'there is one release pull request, for all packages.',
  'other-files':
    'package.json, changelogs and the lockfile are written; write the version into other files after topsail version, in the same commit.',
  'pre-command': 'run it before topsail version, for example in the same script.',
  'pre-mode': 'topsail pre enter TAG starts prereleases, topsail pre exit ends them.',
  'published-folder': 'write "publishConfig": {"directory": …} in the manifests.',
  'pull-request': '"pullRequest" in topsail.json says how the release pull request is called and made.',
  'range-prefix': 'a range keeps the operator it has.',
  registry: 'write it into .npmrc, or "publishConfig": {"registry": …} into the manifests.',
  'release-as':
    'end a commit that touches the package with the line "Release-As: VERSION"; that version is released once.',
  'rooted-pattern':
    'it names folders from the root; patterns here are relative to each package ("changedFilePatterns").',
  'rule-of-types': 'a rule speaks of types alone ("commits.types").',
  signature: 'signing is up to your git configuration.',
  'tag-per-group': '"tagPattern" knows {name}, {shortName} (the name without its scope) and {version}.',
  'types-for-all': 'a type of commits means the same for all packages ("commits.types").',
  'unknown-commit': 'this repository has no such commit.',
  unreadable: 'it could not be read.',
  'used-intent': 'their releases have used this file already; take the names out of it, or the file away.',
  'version-in-tags': 'it was released from tags alone; write the last version that was released into its package.json.',
  versioning: 'commits ask for bumps by their types ("commits.types"), and versions move alike for all packages.',
  'whole-history': 'nothing has to be limited: the whole history since the last releases is read.',
}

function place({ file, key }: Setting): string {
  return key === '' ? printable(file) : `${printable(file)} ${printable(key)}`
}

function valueText(value: unknown): string {
  return value === undefined || value === null ? '' : code(JSON.stringify(value))
}

function code(text: string): string {
  return truncate(printable(text), 100)
}

function names(all: readonly string[]): string {
  const shown = all.slice(0, 5).map(printable).join(', ')
  return all.length > 5 ? `${shown} and ${all.length - 5} more` : shown
}
