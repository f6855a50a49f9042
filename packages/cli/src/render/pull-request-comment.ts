/**
 * The report on a pull request as its comment: a headline, what is missing with links that write it, what it releases
 * and why; all else is folded. A forge refuses 65,536 characters, so it is written in the fullest of several forms that
 * fits, and the last one always does. Whatever comes from the repository stands in a code span or encoded in an address.
 */
import {
  editorLink,
  proposedChangeset,
  utf8Length,
  type Change,
  type ForgeBranch,
  type PullRequestReport,
} from '@topsail/core'
import { addCommand, pastable } from './coverage.ts'
import { code, details } from './markdown.ts'
import { problemSection } from './pull-request-problems.ts'
import { droppedSection, orderSection, ownSection, ridingSection } from './pull-request-releases.ts'
import { plural, printable } from './text.ts'

/** Below what forges take, with room for the mark by which the comment is found again. */
const pullRequestCommentLimit = 65_000

export type CommentForm = {
  /** Rows that are seen at once, and those that are folded below them. */
  readonly rows: number
  readonly folded: number
  readonly reasons: number
  readonly problems: number
  readonly links: boolean
}

const forms: readonly CommentForm[] = [
  { rows: 40, folded: 2_000, reasons: 3, problems: 100, links: true },
  { rows: 40, folded: 2_000, reasons: 1, problems: 60, links: true },
  { rows: 30, folded: 500, reasons: 1, problems: 30, links: true },
  { rows: 30, folded: 200, reasons: 1, problems: 20, links: false },
  { rows: 20, folded: 50, reasons: 0, problems: 10, links: false },
  { rows: 0, folded: 0, reasons: 0, problems: 0, links: false },
]

/** `head`: where a new file of this pull request belongs; without it there are no links. */
export function renderPullRequestComment(
  report: PullRequestReport,
  head: ForgeBranch | undefined,
  limit = pullRequestCommentLimit,
): string {
  for (const form of forms) {
    const text = writeForm(report, head, form)
    if (utf8Length(text) < limit) return text
  }
  return `### ${pullRequestHeadline(report)}\n`
}

function writeForm(report: PullRequestReport, head: ForgeBranch | undefined, form: CommentForm): string {
  const changes = changesOf(report)
  const sections = [
    `### ${report.ok ? '✅' : '❌'} ${pullRequestHeadline(report)}`,
    missingSection(report, head, form),
    problemSection(report, head, form),
    // The headline says it where nothing is to be mended.
    report.ok || report.releases.length === 0 ? '' : `${effectOf(report)}:`,
    ownSection(report, changes, form),
    ridingSection(report, changes, form),
    droppedSection(report, form),
    orderSection(report, form),
    footer(report),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

/** What it comes to, on one line and in our words alone. */
export function pullRequestHeadline(report: PullRequestReport): string {
  const { missing } = report.total
  const errors = report.problems.filter(({ severity }) => severity === 'error')
  const others = errors.filter(({ code: name }) => name !== 'COVERAGE_MISSING').length
  const lacks = missing > 0 ? `${plural(missing, 'package')} ${missing === 1 ? 'needs' : 'need'} a changeset` : ''
  const wrong = others > 0 ? `${plural(others, missing > 0 ? 'other problem' : 'problem')} to mend` : ''
  if (!report.ok) return [lacks, wrong].filter((part) => part !== '').join(', and ') || 'There is something to mend'
  return effectOf(report)
}

function effectOf(report: PullRequestReport): string {
  const { releases: total } = report.total
  const own = report.releases.filter((release) => release.own).length
  const riding = report.releases.filter(({ own: isOwn, after }) => !isOwn && after !== null).length
  if (total > report.releases.length) return `This pull request changes ${plural(total, 'release')}`
  if (own === 0 && riding === 0) {
    return total === 0 ? 'This pull request releases nothing' : `${plural(total, 'release')} less than without it`
  }
  if (own === 0) return `${plural(riding, 'package')} ${riding === 1 ? 'moves' : 'move'} with this pull request`
  const along = riding === 0 ? '' : `, and ${riding} ${riding === 1 ? 'rides' : 'ride'} along`
  return `This pull request releases ${plural(own, 'package')}${along}`
}

function changesOf(report: PullRequestReport): ReadonlyMap<string, Change> {
  return new Map(
    report.changes.map((change): [string, Change] => {
      if (change.kind === 'changeset') return [change.id, { ...change, commit: change.commit ?? undefined }]
      if (change.kind === 'commit') return [change.id, { ...change, scope: change.scope ?? undefined }]
      return [change.id, change]
    }),
  )
}

function missingSection(report: PullRequestReport, head: ForgeBranch | undefined, form: CommentForm): string {
  const { missing, total } = report
  if (missing.length === 0 || form.rows === 0) return ''
  const rows = missing.slice(0, form.rows).map((one) => {
    const link = form.links && head !== undefined ? linkFor(report, head, [one]) : undefined
    return `| ${code(one.name)} | ${one.bump} | ${link === undefined ? '' : `[write the changeset](<${link}>)`} |`
  })
  const more = total.missing - rows.length
  const table = ['| package | proposed | |', '| --- | --- | --- |', ...rows].join('\n')
  const rest = more > 0 ? [`… and ${plural(more, 'more package')}`] : []
  return [table, ...rest, ...fileToCopy(report, head, form), oneForAll(report, head, form)].join('\n\n')
}

/** GitLab's editor opens empty in some versions. */
function fileToCopy(
  { missing, head: commit }: PullRequestReport,
  head: ForgeBranch | undefined,
  form: CommentForm,
): readonly string[] {
  if (!form.links || head?.kind !== 'gitlab' || missing.length > form.rows) return []
  const { text } = proposedChangeset(missing, missing[0]?.summary ?? '', commit)
  const lines = text.trimEnd().split('\n')
  return [details('What stands in the file', lines.map((line) => `    ${printable(line)}`).join('\n'))]
}

function oneForAll(report: PullRequestReport, head: ForgeBranch | undefined, form: CommentForm): string {
  const { missing, total } = report
  const isWhole = missing.length === total.missing
  const link = form.links && isWhole && missing.length > 1 && head ? linkFor(report, head, missing) : undefined
  // Four spaces make a code block that no backtick can close; the command is on one line.
  const command = isWhole ? `\n\n    ${pastable(addCommand(missing))}` : ''
  const words = link === undefined ? '' : `[Write one changeset for all of them](<${link}>). `
  const offer = `${words}On a machine of your own${command === '' ? ', run `topsail add`.' : ':'}`
  return `${offer}${command}`
}

function linkFor(
  report: PullRequestReport,
  head: ForgeBranch,
  missing: PullRequestReport['missing'],
): string | undefined {
  const changeset = proposedChangeset(missing, missing[0]?.summary ?? '', report.head)
  const file = report.folder === '' ? changeset.file : `${report.folder}/${changeset.file}`
  return editorLink(head, { file, text: changeset.text })
}

function footer(report: PullRequestReport): string {
  const pending =
    report.untouched === 0 ? '' : ` · ${plural(report.untouched, 'other release')} pending, untouched by it`
  const alone =
    report.compared === 'alone' ? ' · it conflicts with the base branch, so this is the branch by itself' : ''
  const against = `Against ${code(report.branch, 60)} at ${code(report.base.slice(0, 9))}`
  return `<sub>${against}${pending}${alone} · plan ${code(report.plan.id.slice(0, 19))}</sub>`
}
