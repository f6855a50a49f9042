/**
 * What the page of a plan shows, as data: nodes with their places, edges, reasons that point at what they follow from,
 * changes, problems. Every text is already printable; the page only ever sets it as text.
 */
import type { Change, Reason, Release, ReleasePlan } from '@topsail/core'
import { countBumps, releasesInOrder } from '../render/plan-table.ts'
import { mendOf, placeOf, sentenceOf } from '../render/problem.ts'
import { changePhrase, changesById, plainText, reasonPhrase } from '../render/reason.ts'
import { plural, printable, printableLines, widthOf } from '../render/text.ts'
import { type LayoutOptions, layoutWaves } from './layout.ts'

export type PageReason = {
  readonly kind: Reason['kind']
  readonly text: string
  /** The node this follows from, by number. */
  readonly node?: number
  /** The change it follows from, by number. */
  readonly change?: number
}

export type PageNode = {
  readonly name: string
  /** The name without the scope that all packages share. */
  readonly label: string
  readonly dir: string
  readonly from: string
  readonly to: string
  readonly bump: Release['bump']
  readonly private: boolean
  readonly targets: readonly string[]
  readonly wave: number
  readonly x: number
  readonly y: number
  readonly reasons: readonly PageReason[]
  readonly edits: readonly string[]
}

/** cause: the dependency's new version leaves a range. order: it is only published first. group: released together. */
export type PageEdge = { readonly from: number; readonly to: number; readonly kind: 'cause' | 'order' | 'group' }

export type PageChange = { readonly title: string; readonly place: string; readonly body: string }

export type PageProblem = {
  readonly severity: string
  readonly code: string
  readonly place: string
  readonly sentence: string
  readonly mend: string
}

export type PageData = {
  readonly title: string
  readonly summary: string
  readonly id: string
  readonly commit: string
  readonly rules: string
  readonly sources: string
  readonly width: number
  readonly height: number
  readonly nodeWidth: number
  readonly nodeHeight: number
  readonly waves: readonly { readonly x: number; readonly width: number; readonly nodes: readonly number[] }[]
  readonly nodes: readonly PageNode[]
  readonly edges: readonly PageEdge[]
  readonly changes: readonly PageChange[]
  readonly rewrites: readonly { readonly name: string; readonly edits: readonly string[] }[]
  readonly problems: readonly PageProblem[]
}

export function pageData(plan: ReleasePlan): PageData {
  const inOrder = releasesInOrder(plan)
  const numbers = new Map(inOrder.map(({ release }, index) => [release.name, index]))
  const changeNumbers = new Map(plan.changes.map((change, index) => [change.id, index]))
  const labels = labelsOf(inOrder.map(({ release }) => printable(release.name)))
  const edges = inOrder.flatMap(({ release }) => edgesOf(release, numbers))
  const options = optionsFor(inOrder.length, labels)
  const waves = plan.order.map((names) => names.flatMap((name) => numbers.get(name) ?? []))
  const drawn = edges.filter((edge) => edge.kind !== 'group')
  const layout = layoutWaves(
    waves.filter((wave) => wave.length > 0),
    drawn,
    options,
  )
  const changes = changesById(plan)
  const reasonOf = (reason: Reason): PageReason => pageReason(reason, changes, numbers, changeNumbers)
  return {
    title: plan.releases.length === 0 ? 'Nothing to release' : `${plural(plan.releases.length, 'package')} to release`,
    summary: countBumps(plan),
    id: printable(plan.id),
    commit: printable(plan.commit ?? ''),
    rules: plan.rules,
    sources: plan.sources,
    width: layout.width,
    height: layout.height,
    nodeWidth: options.nodeWidth,
    nodeHeight: options.nodeHeight,
    waves: layout.waves,
    nodes: inOrder.map(({ wave, release }, index) => ({
      ...nodeOf(release, reasonOf),
      label: labels[index] ?? '',
      wave,
      ...(layout.places[index] ?? { x: 0, y: 0 }),
    })),
    edges,
    changes: plan.changes.map(pageChange),
    rewrites: plan.rewrites.map(({ name, rangeEdits }) => ({ name: printable(name), edits: rangeEdits.map(editText) })),
    problems: plan.problems.map((problem) => ({
      severity: problem.severity,
      code: printable(problem.code),
      place: placeOf(problem),
      sentence: sentenceOf(problem),
      mend: mendOf(problem) ?? '',
    })),
  }
}

function nodeOf(
  release: Release,
  reasonOf: (reason: Reason) => PageReason,
): Omit<PageNode, 'label' | 'wave' | 'x' | 'y'> {
  return {
    name: printable(release.name),
    dir: printable(release.dir),
    from: printable(release.from),
    to: printable(release.to),
    bump: release.bump,
    private: release.private,
    targets: release.targets.map(printable),
    reasons: release.reasons.map(reasonOf),
    edits: release.rangeEdits.map(editText),
  }
}

function pageReason(
  reason: Reason,
  changes: ReadonlyMap<string, Change>,
  numbers: ReadonlyMap<string, number>,
  changeNumbers: ReadonlyMap<string, number>,
): PageReason {
  const text = printable(plainText(reasonPhrase(reason, changes)))
  const follows = 'dependency' in reason ? reason.dependency : 'leader' in reason ? reason.leader : undefined
  const node = follows === undefined ? undefined : numbers.get(follows)
  const change = reason.kind === 'change' ? changeNumbers.get(reason.change) : undefined
  return {
    kind: reason.kind,
    text,
    ...(node === undefined ? {} : { node }),
    ...(change === undefined ? {} : { change }),
  }
}

function edgesOf(release: Release, numbers: ReadonlyMap<string, number>): readonly PageEdge[] {
  const to = numbers.get(release.name)
  if (to === undefined) return []
  const kinds = new Map<string, PageEdge['kind']>(release.needs.map((need) => [need, 'order']))
  for (const reason of release.reasons) {
    if ('dependency' in reason) kinds.set(reason.dependency, 'cause')
    if ('leader' in reason && !kinds.has(reason.leader)) kinds.set(reason.leader, 'group')
  }
  return [...kinds].flatMap(([name, kind]) => {
    const from = numbers.get(name)
    return from === undefined || from === to ? [] : [{ from, to, kind }]
  })
}

function pageChange(change: Change): PageChange {
  const place =
    change.kind === 'changeset' ? change.file : change.kind === 'commit' ? `commit ${change.commit}` : change.by
  return {
    title: printable(plainText(changePhrase(change))),
    place: printable(place),
    body: printableLines(change.summary.trim()),
  }
}

function editText(edit: Release['rangeEdits'][number]): string {
  const field = edit.field === 'dependencies' ? '' : ` (${edit.field})`
  return printable(`${edit.dependency} ${edit.from} → ${edit.to}${field}`)
}

function labelsOf(names: readonly string[]): readonly string[] {
  const scopes = new Set(names.map((name) => /^@[^/]+\//.exec(name)?.[0] ?? ''))
  const [scope = ''] = scopes
  return scopes.size === 1 ? names.map((name) => name.slice(scope.length)) : names
}

/** A big plan gets lower boxes: one line with the name, one glance per package. */
function optionsFor(count: number, labels: readonly string[]): LayoutOptions {
  const widest = labels.reduce((width, label) => Math.max(width, widthOf(label)), 0)
  const roomy = count <= 60
  return {
    nodeWidth: Math.round(Math.min(280, Math.max(150, widest * 7.4 + 44))),
    nodeHeight: roomy ? 52 : 38,
    rowGap: roomy ? 20 : 8,
    columnGap: roomy ? 110 : 96,
    subColumnGap: 28,
    margin: 32,
    headroom: 64,
  }
}
