/** What `topsail ci main` came to: what lies in the registries, on the forge, and in the release pull request. */
import type { ProposalMove } from '@topsail/core'
import type { ReconcileResult } from '@topsail/engine'
import type { Output } from '../context.ts'
import { renderPublishResult, renderPublishSteps } from './publish-result.ts'
import { plural, printable } from './text.ts'

export function renderReconcileResult(result: ReconcileResult, output: Output, dryRun: boolean): string {
  const { published, held, waiting, forgeReleases, pullRequest, commit } = result
  const lines = [
    published === undefined ? '' : (dryRun ? renderPublishSteps : renderPublishResult)(published, output).trimEnd(),
    held.length === 0 ? '' : `${plural(held.length, 'package')} held back, for what the problems say: ${names(held)}.`,
    waiting.length === 0 ? '' : `Waiting for the release that is pending, which is their first: ${names(waiting)}.`,
    wouldLines(result),
    commit === undefined ? '' : `Versions written in ${commit.slice(0, 9)} on ${printable(result.base ?? '')}.`,
    releasesLine(forgeReleases),
    pullRequest === undefined ? '' : proposalLine(pullRequest),
  ]
  return `${lines.filter((line) => line !== '').join('\n')}\n`
}

/** As the headline of a plan names them; all of them stand in `topsail plan`. */
function wouldLines({ wouldRelease, base }: ReconcileResult): string {
  if (wouldRelease === undefined || wouldRelease.length === 0) return ''
  const shown = wouldRelease.slice(0, mostNames).map(({ name, from, to }) => printable(`  ${name} ${from} → ${to}`))
  const more = wouldRelease.length > mostNames ? [`  and ${wouldRelease.length - mostNames} more: topsail plan`] : []
  const head = `Would write ${plural(wouldRelease.length, 'version')} on ${printable(base ?? '')}, and publish what they release:`
  return [head, ...shown, ...more].join('\n')
}

const mostNames = 20

function names(all: readonly string[]): string {
  const more = all.length > mostNames ? ` and ${all.length - mostNames} more` : ''
  return `${all.slice(0, mostNames).map(printable).join(', ')}${more}`
}

function releasesLine(outcome: ReconcileResult['forgeReleases']): string {
  if (outcome === undefined || outcome.made.length + outcome.missing.length === 0) return ''
  const missing = outcome.missing.length === 0 ? '' : `, ${outcome.missing.length} still missing`
  return `${plural(outcome.made.length, 'release')} made on the forge${missing}.`
}

function proposalLine({ state, number, url, moves = [] }: NonNullable<ReconcileResult['pullRequest']>): string {
  const named = number === undefined ? 'The release pull request' : `The release pull request #${number}`
  const at = url === undefined ? '' : `: ${printable(url)}`
  const words = {
    none: 'Nothing is pending.',
    opened: `${named} is open${at}`,
    refreshed: `${named} was brought up to date${at}`,
    current: `${named} is up to date${at}`,
    closed: `${named} was closed: nothing is pending any more.`,
    left: `${named} was left as it is${at}`,
    failed: `${named} could not be brought up to date.`,
    planned:
      moves.length === 0
        ? 'Nothing is pending.'
        : `Would ${moves.map((move) => moveWords[move.kind]).join(', then ')}.`,
  }
  return words[state]
}

const moveWords: Readonly<Record<ProposalMove['kind'], string>> = {
  'write-branch': 'write the release branch',
  open: 'open the release pull request',
  refresh: 'bring the release pull request up to date',
  close: 'close the release pull request, for nothing is pending',
  'leave-closed': 'leave the release pull request closed, as somebody left it',
  'leave-branch': 'leave the release branch as somebody left it',
}
