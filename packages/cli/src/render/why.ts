/**
 * An explanation for a person: the tree of causes behind a release, each with the file and line or the commit it comes
 * from; or what leaves a package out of the plan.
 */
import type { Cause, Change, Explanation, ReleaseExplanation, Snapshot } from '@topsail/core'
import type { Output } from '../context.ts'
import { rangePlace, changePlace } from './places.ts'
import { paintBump } from './plan-table.ts'
import { changePhrase, plainText, reasonPhrase } from './reason.ts'
import { fewOf, printable, truncate } from './text.ts'
import { type Branch, renderTree } from './tree.ts'

type Known = Exclude<Explanation, { kind: 'unknown' }>
type NotReleased = Extract<Explanation, { kind: 'not-released' }>

export function renderWhy(explanation: Known, snapshot: Snapshot, output: Output): string {
  if (explanation.kind === 'not-released') return renderWhyNot(explanation, snapshot, output)
  const { colours } = output
  const { name, from, to, bump } = explanation
  const head = `${colours.bold(printable(name))} ${printable(from)} → ${printable(to)} ${paintBump(bump, output)(bump)}`
  return `${head}\n${renderTree(causeBranches(explanation, { snapshot, output, groups: new Set() }))}`
}

/** `groups` are those whose members the tree has named already. */
type Telling = { readonly snapshot: Snapshot; readonly output: Output; readonly groups: Set<string> }

function causeBranches(explanation: ReleaseExplanation, telling: Telling): readonly Branch[] {
  return explanation.causes.map((cause) => causeBranch(cause, explanation.name, telling))
}

function causeBranch(cause: Cause, name: string, telling: Telling): Branch {
  const { snapshot, output } = telling
  const { colours } = output
  const placed = (text: string, place: string | undefined): string =>
    place === undefined ? text : `${text}  ${colours.cyan(printable(place))}`
  switch (cause.kind) {
    case 'change': {
      const text = `${briefly(cause.change)} ${paintBump(cause.bump, output)(cause.bump)}`
      return { text: placed(text, changePlace(snapshot, cause.change, name)), below: [] }
    }
    case 'dependency': {
      const text = printable(plainText(reasonPhrase(cause.reason, new Map())))
      return { text: placed(text, rangePlace(snapshot, name, cause.reason)), ...becauseOf(cause, telling) }
    }
    case 'group': {
      const text = printable(plainText(reasonPhrase(cause.reason, new Map())))
      return { text: `${text}${colours.dim(members(cause.reason.group, telling))}`, ...becauseOf(cause, telling) }
    }
    case 'other':
      return { text: printable(plainText(reasonPhrase(cause.reason, new Map()))), below: [] }
  }
}

/** A group may be the whole workspace: it is named once, by its first members and a count. */
function members(group: readonly string[], { groups }: Telling): string {
  const key = group.join('\0')
  if (groups.has(key)) return ''
  groups.add(key)
  return ` (${fewOf(group, 4)})`
}

/** The place behind it leads to the rest. */
function briefly(change: Change): string {
  return truncate(printable(plainText(changePhrase(change))), longestChange)
}

const longestChange = 100

function becauseOf({ because }: Extract<Cause, { because: unknown }>, telling: Telling): { below: readonly Branch[] } {
  if (because.kind === 'released') return { below: causeBranches(because, telling) }
  const name = printable(because.name)
  const where =
    because.further === true ? `topsail why ${name} tells the rest` : `${name} is explained elsewhere in this tree`
  return { below: [{ text: telling.output.colours.dim(where), below: [] }] }
}

const skipped = {
  private: 'It is private, and private packages are not versioned here ("privatePackages" in .changeset/config.json).',
  'no-version': 'Its manifest has no version.',
  ignored: 'It is ignored.',
} as const

const quiet = {
  'in-range': 'stays inside',
  'asks-nothing': 'asks nothing of it under these rules, although it leaves',
  stale: 'is not followed: its version of now is already outside of',
  protocol: 'is not followed: the rules do not read',
  tag: 'is not followed: a dist-tag, not a range, is',
  'workspace-only': 'is not followed: only workspace: ranges are, not',
} as const

function renderWhyNot(explanation: NotReleased, snapshot: Snapshot, { colours }: Output): string {
  const { name, declined, uncounted, dependencies, linked, rewritten } = explanation
  const changeBranch =
    (words: string) =>
    (change: (typeof declined)[number]): Branch => {
      const place = changePlace(snapshot, change, name)
      return {
        text: `${briefly(change)} ${words}  ${colours.cyan(printable(place ?? ''))}`,
        below: [],
      }
    }
  const branches: Branch[] = [
    ...(explanation.skipped === undefined ? [] : [{ text: skipped[explanation.skipped], below: [] }]),
    ...declined.map(changeBranch('asks for no release')),
    ...uncounted.map(changeBranch('does not count')),
    ...dependencies.map(({ dependency, next, range, field, why }): Branch => {
      const place = rangePlace(snapshot, name, { field, dependency })
      const text = printable(
        `${dependency} ${next} ${quiet[why]} ${range}${field === 'dependencies' ? '' : ` (${field})`}`,
      )
      return { text: `${text}  ${colours.cyan(printable(place ?? ''))}`, below: [] }
    }),
    ...linked.map((group) => ({
      text: `Linked with ${fewOf(group, 4)}, which takes along only what is released anyway`,
      below: [],
    })),
    ...rewritten.map((edit) => ({
      text: printable(`Its range of ${edit.dependency} is rewritten: ${edit.from} → ${edit.to}`),
      below: [],
    })),
  ]
  const head = `${colours.bold(printable(name))} is not released.\n`
  return branches.length > 0 ? head + renderTree(branches) : `${head}└─ ${noReason(name, snapshot)}\n`
}

/** Where commits were read, it is known since when nothing has named it: a new package has its own commit behind it. */
function noReason(name: string, { history, workspace }: Snapshot): string {
  const version = workspace.packages.find((pkg) => pkg.name === name)?.version
  const last = history !== undefined && Object.hasOwn(history.lastRelease, name) ? history.lastRelease[name] : undefined
  if (version === undefined || last === undefined) return 'No change names it, and no dependency of it is released.'
  const commit = last.commit.slice(0, 9)
  const since = {
    tag: `${version} was released (tag ${last.tag ?? ''})`,
    manifest: `its ${version} was written into the manifest (commit ${commit}), which counts as its release`,
    since: `commit ${commit} ("commits.since" in topsail.json)`,
  }
  return printable(`No change names it since ${since[last.by]}, and no dependency of it is released.`)
}
