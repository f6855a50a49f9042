/**
 * `topsail plan`: the preview. A table for a person; with a format flag, that format alone on standard output. `-o`
 * writes to a file instead, the plan's JSON when no other format is named.
 */
import { planDocumentPieces, planInputs, type PlanInputs, type Problem, type ReleasePlan } from '@topsail/core'
import { planWorkspace, sha256 } from '@topsail/engine'
import { type Command, Option } from 'commander'
import { type PlanningOptions, folderOf, newPlanningCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { writeNamedFile } from '../named-file.ts'
import { renderPlanTable } from '../render/plan-table.ts'
import { reportProblems } from '../render/problem.ts'
import { printable, printableJson } from '../render/text.ts'

const formats = ['json', 'markdown', 'mermaid', 'dot', 'html'] as const
type Format = (typeof formats)[number]

type Options = PlanningOptions & {
  readonly [format in Format]?: boolean
} & { readonly output?: string; readonly strict?: boolean; readonly snapshot?: string | true }

export function planCommand(context: CliContext): Command {
  const command = newPlanningCommand('plan', 'show what would be released, why, and in which order')
    .option('-o, --output <file>', 'write to a file: the plan for `topsail apply`, or the format named beside it')
    .option('--strict', 'end with exit code 1 when an input was left out of the plan')
    .option('--snapshot [tag]', 'plan a snapshot release')
  for (const [format, words] of Object.entries(formatWords)) {
    const others = formats.filter((other) => other !== format)
    command.addOption(new Option(`--${format}`, words).conflicts(others))
  }
  return command.action(async (options: Options) => {
    const { snapshot, plan } = await planWorkspace({
      cwd: folderOf(context, options),
      rules: options.rules,
      sources: options.sources,
      snapshotRelease: snapshotRequest(options.snapshot),
      now: context.now().toISOString(),
    })
    await show({ plan, inputs: () => planInputs(snapshot, sha256) }, options, context)
    if (plan.problems.some((problem) => stops(problem, options.strict === true))) context.exitWith(1)
  })
}

export function snapshotRequest(asked: string | true | undefined) {
  return asked === undefined ? undefined : { tag: asked === true ? undefined : asked, commit: undefined }
}

/** Whether a problem makes the command fail. */
export function stops(problem: Problem, strict: boolean): boolean {
  return problem.severity === 'error' || (strict && problem.severity === 'quarantined')
}

const formatWords = {
  markdown: 'print markdown that fits into a pull request comment',
  mermaid: 'print a mermaid flowchart',
  dot: 'print a Graphviz graph',
  html: 'print one self-contained page with the graph to explore',
} as const

type Shown = { readonly plan: ReleasePlan; readonly inputs: () => PlanInputs }

async function show({ plan, inputs }: Shown, options: Options, context: CliContext): Promise<void> {
  const format = formats.find((name) => options[name] === true)
  const document = (): Iterable<string> => planDocumentPieces(plan, inputs())
  const pieces = format === undefined ? undefined : format === 'json' ? document() : [await renderAs(plan, format)]
  if (options.output !== undefined) {
    writeOutput([...(pieces ?? document())].join(''), options.output, context)
  } else {
    for (const piece of pieces ?? []) context.out.write(format === 'json' ? printableJson(piece) : piece)
  }
  if (pieces === undefined) context.out.write(renderPlanTable(plan, context.out))
  else reportProblems(context, plan.problems)
}

function writeOutput(text: string, file: string, context: CliContext): void {
  const problem = writeNamedFile(context, file, text)
  if (problem === undefined) {
    context.err.write(`wrote ${printable(file)}\n`)
    return
  }
  reportProblems(context, [problem])
  context.exitWith(1)
}

/** Only the format that is asked for is loaded. */
async function renderAs(plan: ReleasePlan, format: Exclude<Format, 'json'>): Promise<string> {
  switch (format) {
    case 'markdown':
      return (await import('../render/plan-markdown.ts')).renderPlanMarkdown(plan)
    case 'mermaid':
      return (await import('../render/plan-mermaid.ts')).renderPlanMermaid(plan)
    case 'dot':
      return (await import('../render/plan-dot.ts')).renderPlanDot(plan)
    case 'html':
      return (await import('../page/plan-html.ts')).renderPlanHtml(plan)
  }
}
