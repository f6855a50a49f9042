/**
 * A release plan as a pull request comment. Forges refuse a comment of 65,536 characters, so the plan is written in the
 * fullest of several forms that fits; the last one has counts only, and always fits. Sizes are counted in UTF-8 bytes:
 * no forge counts more than that.
 */
import type { Problem, ReleasePlan } from '@topsail/core'
import { code, details, markdownPhrase, versionStep } from './markdown.ts'
import { mendOf, placeOf, sentenceOf } from './problem.ts'
import { renderPlanMermaid } from './plan-mermaid.ts'
import { countBumps, releasesInOrder } from './plan-table.ts'
import { changesById, reasonPhrase } from './reason.ts'
import { plural } from './text.ts'

export const commentLimit = 65_536

/** Rows of the table of releases that stand open; those after them are folded. */
const rowsSeen = 40

type Form = {
  /** Reasons told per release, of those that stand open and of those that are folded. */
  readonly reasons: number
  readonly foldedReasons: number
  /** Rows of releases, of rewrites, of problems. */
  readonly rows: number
  readonly diagram: boolean
}

const forms: readonly Form[] = [
  { reasons: 3, foldedReasons: 3, rows: 2_000, diagram: true },
  { reasons: 2, foldedReasons: 2, rows: 2_000, diagram: false },
  { reasons: 1, foldedReasons: 1, rows: 1_000, diagram: false },
  { reasons: 1, foldedReasons: 0, rows: 1_000, diagram: false },
  { reasons: 0, foldedReasons: 0, rows: 1_000, diagram: false },
  { reasons: 0, foldedReasons: 0, rows: 300, diagram: false },
  { reasons: 0, foldedReasons: 0, rows: 60, diagram: false },
  { reasons: 0, foldedReasons: 0, rows: 0, diagram: false },
]

/** `limit` leaves room for what the caller puts around the text. */
export function renderPlanMarkdown(plan: ReleasePlan, limit = commentLimit): string {
  for (const form of forms) {
    const text = writeForm(plan, form)
    if (Buffer.byteLength(text) < limit) return text
  }
  return `${title(plan)}\n`
}

function writeForm(plan: ReleasePlan, form: Form): string {
  const sections = [
    title(plan),
    problemSection(plan.problems, form),
    releaseSection(plan, form),
    form.diagram && isDrawable(plan) ? details('Order, as a graph', fenced('mermaid', renderPlanMermaid(plan))) : '',
    rewriteSection(plan, form),
    `<sub>rules ${code(plan.rules)}, sources ${code(plan.sources)}, plan ${code(plan.id.slice(0, 19))}</sub>`,
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function title(plan: ReleasePlan): string {
  if (plan.releases.length === 0) return '### Nothing to release'
  return `### ${plural(plan.releases.length, 'package')} to release: ${countBumps(plan)}`
}

function releaseSection(plan: ReleasePlan, form: Form): string {
  if (plan.releases.length === 0 || form.rows === 0) return ''
  const changes = changesById(plan)
  const inOrder = releasesInOrder(plan)
  const shown = inOrder.slice(0, form.rows)
  const open = releaseTable(shown.slice(0, rowsSeen), changes, form.reasons)
  if (inOrder.length <= rowsSeen) return withRest(open, inOrder.length, form.rows, 'package')
  const folded = shown.length > rowsSeen ? releaseTable(shown.slice(rowsSeen), changes, form.foldedReasons) : ''
  const rest = withRest(folded, inOrder.length, form.rows, 'package').trimStart()
  return `${open}\n\n${details(plural(inOrder.length - rowsSeen, 'more package'), rest)}`
}

type Placed = ReturnType<typeof releasesInOrder>[number]

function releaseTable(placed: readonly Placed[], changes: ReturnType<typeof changesById>, reasons: number): string {
  const head = ['', 'package', 'version', 'bump', ...(reasons === 0 ? [] : ['why'])]
  const rows = placed.map(({ wave, release }) => {
    const told = release.reasons.slice(0, reasons).map((reason) => markdownPhrase(reasonPhrase(reason, changes)))
    const more = release.reasons.length - told.length
    const why = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>')
    const name = `${code(release.name)}${release.private ? ' (private)' : ''}`
    const bump = release.bump === 'major' ? '**major**' : release.bump
    const cells = [String(wave), name, versionStep(release.from, release.to), bump]
    return `| ${[...cells, ...(reasons === 0 ? [] : [why])].join(' | ')} |`
  })
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows].join('\n')
}

function rewriteSection(plan: ReleasePlan, form: Form): string {
  if (plan.rewrites.length === 0 || form.rows === 0) return ''
  const rows = plan.rewrites.slice(0, form.rows).map((rewrite) => {
    const edits = rewrite.rangeEdits.slice(0, 5)
    const told = edits.map((edit) => `${code(edit.dependency)} ${code(edit.from)} → ${code(edit.to)}`)
    const more = rewrite.rangeEdits.length - edits.length
    return `- ${code(rewrite.name)}: ${[...told, ...(more > 0 ? [`${more} more`] : [])].join(', ')}`
  })
  const summary = `${plural(plan.rewrites.length, 'more package')} with only ranges rewritten`
  return details(summary, withRest(rows.join('\n'), plan.rewrites.length, form.rows, 'package'))
}

function problemSection(problems: readonly Problem[], form: Form): string {
  if (problems.length === 0) return ''
  const head = `**${plural(problems.length, 'problem')}**`
  const rows = problems.slice(0, form.rows).map((problem) => {
    const place = placeOf(problem)
    const mend = mendOf(problem)
    const where = place === '' ? '' : ` in ${code(place)}`
    return `- ${problem.severity} ${code(problem.code)}${where}: ${code(sentenceOf(problem))}${mend === undefined ? '' : `<br>hint: ${code(mend)}`}`
  })
  return `${head}\n\n${withRest(rows.join('\n'), problems.length, form.rows, 'problem')}`.trimEnd()
}

function withRest(text: string, total: number, shown: number, noun: string): string {
  return total <= shown ? text : `${text}\n\n… and ${plural(total - shown, `more ${noun}`)}`
}

/** What a forge draws without giving up, and a person can read. */
function isDrawable(plan: ReleasePlan): boolean {
  const edges = plan.releases.reduce((sum, release) => sum + release.needs.length, 0)
  return plan.releases.length > 1 && plan.releases.length <= 40 && edges > 0 && edges <= 120
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
}
