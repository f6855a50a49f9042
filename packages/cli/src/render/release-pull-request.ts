/**
 * What the reconciler writes on a forge: title, commit and body of the release pull request, the comment that closes
 * it, releases and what issues are told. Names and summaries come from the repository: they stand in code spans, and in
 * titles without their scope, so that nothing in them mentions, links or closes anything. Every text keeps below the
 * limit it is given.
 */
import {
  releaseBodyLimit,
  releaseNotes,
  utf8Length,
  type Release,
  type ReleasePlan,
  type TaggedPackage,
} from '@topsail/core'
import type { ForgePlace, ProposalFacts, ReconcileWords, ReleaseFacts } from '@topsail/engine'
import { code, details, versionStep } from './markdown.ts'
import { checkName } from './pull-request-words.ts'
import { renderPlanMarkdown } from './plan-markdown.ts'
import { releasesInOrder } from './plan-table.ts'
import { changesById } from './reason.ts'
import { plural, printable, truncate } from './text.ts'

export const releaseWords: ReconcileWords = {
  title: renderTitle,
  commitMessage: renderCommitMessage,
  body: renderBody,
  check: renderCheck,
  closing: (base) => `Nothing is pending on ${code(base)} any more, so there is nothing left to release here.`,
  release: renderForgeRelease,
  told: renderTold,
}

const defaultTitle = 'chore: release {packages}'
const titleWidth = 120

function renderTitle({ plan, snapshot }: ProposalFacts): string {
  const asked = snapshot.settings.pullRequest.title ?? defaultTitle
  const packages = packagesInWords(plan)
  // Asked for by name, and filled in once: what is filled in names nothing itself.
  const title = asked.split('{packages}').join(packages)
  return truncate(printable(title).trim(), titleWidth) || packages
}

/** `db 3.0.0, api 2.1.4 and 3 more`: the heaviest first. */
function packagesInWords({ releases }: ReleasePlan): string {
  const weight = { major: 0, minor: 1, patch: 2 }
  const sorted = releases.toSorted((a, b) => weight[a.bump] - weight[b.bump])
  const named = sorted
    .slice(0, 2)
    .map(({ name, to }) => `${truncate(unscoped(name), 30)} ${truncate(unscoped(to), 30)}`)
  const more = releases.length - named.length
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function unscoped(name: string): string {
  return printable(name.replace(/^@[^/]*\//, '')).replaceAll(/[@#!]/g, '')
}

function renderCommitMessage({ plan }: ProposalFacts, title: string): string {
  const lines = releasesInOrder(plan)
    .slice(0, mostCommitted)
    .map(
      ({ release }) =>
        `- ${printable(release.name.replace(/^@/, ''))} ${printable(release.from)} -> ${printable(release.to)}`,
    )
  const more = plan.releases.length - lines.length
  return [title, '', ...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')
}

const mostCommitted = 50

function renderBody(facts: ProposalFacts, limit: number): string {
  for (const most of [15, 5, 0]) {
    const before = foreignNotice(facts)
    const after = [upgradeNotes(facts.plan, most), rollbackNotes(facts.plan), footNotes(facts)].filter(
      (text) => text !== '',
    )
    const rest = [before, ...after].filter((text) => text !== '').join('\n\n')
    const room = limit - utf8Length(rest) - 10
    if (room < 500) continue
    const plan = renderPlanMarkdown(facts.plan, room).trim()
    return [before, plan, ...after].filter((text) => text !== '').join('\n\n')
  }
  return `### ${plural(facts.plan.releases.length, 'package')} to release`
}

function foreignNotice({ foreign, base }: ProposalFacts): string {
  if (foreign.length === 0) return ''
  const told = foreign.slice(0, 10).map(({ sha, subject }) => `> - ${code(sha.slice(0, 9))} ${code(subject)}`)
  const more = foreign.length > told.length ? [`> - and ${foreign.length - told.length} more`] : []
  return [
    '> [!WARNING]',
    `> This branch holds ${plural(foreign.length, 'commit')} that Topsail did not make, so it is left as it is, and may be behind ${code(base)}:`,
    ...told,
    ...more,
    '>',
    `> Bring them to ${code(base)}, then run ${code('topsail ci main --rebuild')}.`,
  ].join('\n')
}

/** What breaks, in whose words, and who in this release goes along with it. */
function upgradeNotes(plan: ReleasePlan, most: number): string {
  const majors = releasesInOrder(plan).filter(({ release }) => release.bump === 'major')
  const steps = plan.order.filter((names) => names.length > 0).length
  const order = `Whoever upgrades goes in the order of the first column: ${plural(steps, 'step')}, dependencies first.`
  if (majors.length === 0) return `#### Upgrading\n\nNothing here breaks a contract. ${order}`
  const rows = majors.slice(0, most).map(({ release }) => upgradeNote(release, plan))
  const more = majors.length - rows.length
  const rest = more > 0 ? [`- … and ${plural(more, 'more package')}`] : []
  return [`#### Upgrading`, '', `These break their contract. ${order}`, '', ...rows, ...rest].join('\n')
}

function upgradeNote(release: Release, plan: ReleasePlan): string {
  const changes = changesById(plan)
  const breaking = release.changes.flatMap((id) => {
    const change = changes.get(id)
    const asks =
      change !== undefined && Object.hasOwn(change.bumps, release.name) ? change.bumps[release.name] : undefined
    return asks === 'major' && change !== undefined ? [change.summary.trimStart().split(/\r?\n/, 1)[0] ?? ''] : []
  })
  const along = plan.releases.filter(({ needs }) => needs.includes(release.name)).map(({ name }) => name)
  const told = breaking.slice(0, 5).map((summary) => `  - ${code(summary)}`)
  const withIt =
    along.length === 0
      ? []
      : [
          `  - goes along: ${along
            .slice(0, 5)
            .map((name) => code(name))
            .join(', ')}${along.length > 5 ? ` and ${along.length - 5} more` : ''}`,
        ]
  return [`- ${code(release.name)} ${versionStep(release.from, release.to)}`, ...told, ...withIt].join('\n')
}

function rollbackNotes({ releases }: ReleasePlan): string {
  const published = releases.filter(({ targets }) => targets.length > 0).length
  if (published === 0)
    return '#### Going back\n\nNothing of this is published to a registry: a revert of the merge is the whole way back.'
  return [
    '#### Going back',
    '',
    '- Before the merge: close this pull request. It comes back when the plan changes.',
    `- After it: ${code('topsail rollback')} takes the whole set back in reverse order, down to the versions on the left of each arrow, and says first what will remain. A version that was public stays burned: it is deprecated and never given again.`,
  ].join('\n')
}

function footNotes({ plan, tip, base }: ProposalFacts): string {
  const merging = `Merging this publishes exactly this plan, by merge, squash or rebase. When ${code(base)} moves on first, this is brought up to date. What stands between the two hidden marks is rewritten; write above or below it.`
  return `${details('How this works', merging)}\n\n<sub>made from ${code(tip.slice(0, 12))} of ${code(base)}, plan ${code(plan.id)}</sub>`
}

function renderCheck({ plan, base, tip }: ProposalFacts, behind: boolean): ReturnType<ReconcileWords['check']> {
  const made = `of ${code(base)} at ${code(tip.slice(0, 12))}, plan ${code(plan.id)}`
  return behind
    ? {
        name: checkName,
        conclusion: 'failure',
        title: 'This branch is not what would be released now',
        summary: `It holds commits that Topsail did not make, and is behind the plan ${made}.`,
      }
    : {
        name: checkName,
        conclusion: 'success',
        title: `This is the release plan: ${plural(plan.releases.length, 'package')}`,
        summary: `The plan ${made}. There is nothing else to check: merging publishes exactly this.`,
      }
}

function renderForgeRelease({ wanted, place, entryOf }: ReleaseFacts): { name: string; body: string } {
  const [first] = wanted.packages
  if (first === undefined) return { name: printable(wanted.tag), body: '' }
  if (!wanted.aggregated) {
    return {
      name: printable(`${first.name} ${first.version}`),
      body: notesOf(first, entryOf(first), place, releaseBodyLimit),
    }
  }
  const count = plural(wanted.packages.length, 'package')
  return { name: `Release of ${count}`, body: aggregatedNotes(wanted.packages, entryOf, place) }
}

function notesOf(pkg: TaggedPackage, entry: string | undefined, place: ForgePlace, limit: number): string {
  const rest = `… and more in [the changelog](${changelogUrl(pkg, place)}).`
  if (entry === undefined || entry.trim() === '')
    return `${code(pkg.name)} ${code(pkg.version)} has no changelog entry.`
  return releaseNotes(entry, rest, limit)
}

/** Dependencies first. Every package has its heading; how much of its entry fits is the same for all. */
function aggregatedNotes(
  packages: readonly TaggedPackage[],
  entryOf: ReleaseFacts['entryOf'],
  place: ForgePlace,
): string {
  const shown = packages.slice(0, mostAggregated)
  const room = Math.floor((releaseBodyLimit - 1_000) / Math.max(1, shown.length)) - 400
  const parts = shown.map((pkg) => {
    const head = `## ${code(pkg.name)} ${code(pkg.version)}`
    return `${head}\n\n${notesOf(pkg, entryOf(pkg), place, Math.max(room, 200))}`
  })
  const more = packages.length - shown.length
  return [...parts, ...(more > 0 ? [`… and ${plural(more, 'more package')}`] : [])].join('\n\n')
}

const mostAggregated = 150

function changelogUrl({ dir, tag }: TaggedPackage, { webUrl, kind }: ForgePlace): string {
  const path = [...tag.split('/'), ...(dir === '.' ? [] : dir.split('/')), 'CHANGELOG.md']
  return `${webUrl}${kind === 'gitlab' ? '/-' : ''}/blob/${path.map(encodeURIComponent).join('/')}`
}

function renderTold(packages: readonly TaggedPackage[], place: ForgePlace): string {
  const page = (tag: string): string =>
    `${place.webUrl}${place.kind === 'gitlab' ? '/-/releases' : '/releases/tag'}/${encodeURIComponent(tag)}`
  const links = packages.slice(0, 10).map(({ name, version, tag }) => `[${code(`${name}@${version}`)}](${page(tag)})`)
  const more = packages.length - links.length
  return `Released in ${links.join(', ')}${more > 0 ? ` and ${plural(more, 'more package')}` : ''}.`
}
