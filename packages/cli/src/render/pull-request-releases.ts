/** The releases of a pull request's comment: those it asks for, those that ride along, those that go, and the order. */
import type { Change, PullRequestReport, ReportedRelease } from '@topsail/core'
import { code, details, markdownPhrase, versionStep } from './markdown.ts'
import type { CommentForm } from './pull-request-comment.ts'
import { reasonPhrase } from './reason.ts'
import { plural } from './text.ts'

type Changes = ReadonlyMap<string, Change>

export function ownSection(report: PullRequestReport, changes: Changes, form: CommentForm): string {
  const own = report.releases.filter((release) => release.own)
  if (own.length === 0 || form.rows === 0) return ''
  const seen = releaseTable(own.slice(0, form.rows), changes, form)
  const rest = own.slice(form.rows, form.rows + form.folded)
  if (own.length <= form.rows) return seen
  const more = own.length - form.rows - rest.length
  const folded = rest.length === 0 ? '' : releaseTable(rest, changes, form)
  return `${seen}\n\n${details(`${plural(own.length - form.rows, 'more package')}`, withMore(folded, more))}`
}

export function ridingSection(report: PullRequestReport, changes: Changes, form: CommentForm): string {
  const riding = report.releases.filter((release) => !release.own && release.after !== null)
  if (riding.length === 0 || form.rows === 0) return ''
  const shown = riding.slice(0, form.folded)
  const table = shown.length === 0 ? '' : releaseTable(shown, changes, form)
  const verb = riding.length === 1 ? 'rides' : 'ride'
  const summary = `${plural(riding.length, 'package')} ${verb} along: ${countBumps(riding)}`
  return details(summary, withMore(table, riding.length - shown.length))
}

export function droppedSection(report: PullRequestReport, form: CommentForm): string {
  const dropped = report.releases.filter(({ after }) => after === null)
  if (dropped.length === 0 || form.rows === 0) return ''
  const shown = dropped.slice(0, form.rows).map(({ name, before }) => `${code(name)} ${code(before?.to ?? '')}`)
  const more = dropped.length - shown.length
  const rest = more > 0 ? ` and ${more} more` : ''
  return `Not released any more: ${shown.join(', ')}${rest}.`
}

const mostInStep = 12

export function orderSection({ order }: PullRequestReport, form: CommentForm): string {
  if (order.length < 2 || form.rows === 0) return ''
  const steps = order.slice(0, form.rows).map((wave, index) => {
    const shown = wave.slice(0, mostInStep).map((name) => code(name))
    const more = wave.length - shown.length
    return `${index + 1}. ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  })
  const more = order.length - steps.length
  const rest = more > 0 ? `\n\n… and ${plural(more, 'more step')}` : ''
  return details(`Order of publishing: ${plural(order.length, 'step')}`, `${steps.join('\n')}${rest}`)
}

function releaseTable(releases: readonly ReportedRelease[], changes: Changes, form: CommentForm): string {
  const head = form.reasons === 0 ? ['package', 'version', 'bump'] : ['package', 'version', 'bump', 'why']
  const rows = releases.map((release) => {
    const name = `${code(release.name)}${release.private ? ' (private)' : ''}`
    const cells = [name, versionStep(release.from, release.after?.to ?? ''), bumpCell(release)]
    return `| ${[...cells, ...(form.reasons === 0 ? [] : [whyCell(release, changes, form)])].join(' | ')} |`
  })
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows].join('\n')
}

function bumpCell({ how, before, after }: ReportedRelease): string {
  const bump = after === null ? '' : after.bump === 'major' ? '**major**' : after.bump
  if (how === 'raised' || how === 'lowered') return `${bump}, was ${before?.bump ?? 'none'}`
  if (how === 'moved') return `${bump}, was to ${code(before?.to ?? '')}`
  return how === 'joined' ? `${bump}, pending already` : bump
}

function whyCell({ reasons, moreReasons }: ReportedRelease, changes: Changes, form: CommentForm): string {
  const told = reasons.slice(0, form.reasons).map((reason) => markdownPhrase(reasonPhrase(reason, changes)))
  const more = reasons.length + moreReasons - told.length
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>')
}

function countBumps(releases: readonly ReportedRelease[]): string {
  return (['major', 'minor', 'patch'] as const)
    .map((bump) => ({ bump, count: releases.filter(({ after }) => after?.bump === bump).length }))
    .filter(({ count }) => count > 0)
    .map(({ bump, count }) => `${count} ${bump}`)
    .join(', ')
}

function withMore(text: string, more: number): string {
  return [text, more > 0 ? `… and ${plural(more, 'more package')}` : ''].filter((part) => part !== '').join('\n\n')
}
