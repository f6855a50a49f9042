/**
 * What a publish came to, in the order in which a person asks: what is live, what waits, what failed, what that held
 * back, which tags were made, and how to go on or back.
 */
import { type Step, targetKey } from '@topsail/core'
import type { PublishResult } from '@topsail/engine'
import type { Output } from '../context.ts'
import { type Cell, renderColumns } from './columns.ts'
import { effectOf } from './rollback.ts'
import { fewOf, plural, printable } from './text.ts'
import { stepUnitName, unitName } from './unit-name.ts'

type Versioned = { readonly name: string; readonly target?: string; readonly version: string }

export function renderPublishResult(result: PublishResult, output: Output): string {
  const sections = [
    headline(result, output),
    columns(result.published.map(({ distTag, ...unit }) => [named(unit), { text: distTag }])),
    section(
      'Confirmed, and not public yet',
      result.candidates.map((unit) => [named(unit)]),
      output,
    ),
    section(
      'Failed',
      result.failed.map((unit) => [named(unit), { text: `while it was ${during[unit.during]}: ${unit.problem.code}` }]),
      output,
    ),
    section(
      'Held back',
      result.held.map((unit) => [named(unit), { text: `because of ${fewOf(unit.by.map((key) => unitName(key)))}` }]),
      output,
    ),
    tagLine(result),
    nextLine(result),
  ]
  return sections.filter((text) => text !== '').join('\n')
}

/** The dry run: what would be done, in order. */
export function renderPublishSteps(result: PublishResult, { colours }: Output): string {
  const uploads = result.steps.filter((step) => step.kind === 'upload')
  const tags = result.steps.flatMap((step) => (step.kind === 'tag' ? step.tags.map(({ tag }) => tag) : []))
  if (result.exitCode !== 0) return 'Nothing would be published before the problems are solved.\n'
  if (result.steps.length === 0)
    return 'Nothing to publish: the registries and the tags have all that git has released.\n'
  const rows = uploads.map((step): readonly Cell[] => [
    named(step),
    { text: step.distTag, paint: colours.dim },
    { text: step.registry, paint: colours.dim },
    { text: waitsFor(step.needs), paint: colours.dim },
  ])
  const promotes = result.steps.filter((step) => step.kind === 'promote')
  const firsts = uploads.filter((step) => step.first).map((step) => unitName(step.name, step.version))
  const head =
    uploads.length === 0
      ? ''
      : `Would publish ${plural(uploads.length, 'package')}:\n${renderColumns(rows, { indent: '  ' })}`
  const tagged = tags.length === 0 ? '' : `Would make ${plural(tags.length, 'tag')}: ${fewOf(tags)}\n`
  const pushed = result.steps.some((step) => step.kind === 'push') ? 'Would push the tags in one push.\n' : ''
  const announced = result.steps.some((step) => step.kind === 'announce') ? 'Would record the release set.\n' : ''
  const promoted = promotes.map((step): readonly Cell[] => [
    named(step),
    { text: `${step.distTag}: ${step.was ?? 'nothing'} -> ${step.version}`, paint: colours.dim },
  ])
  const gate =
    promotes.length === 0
      ? ''
      : `When all are confirmed, would make public:\n${renderColumns(promoted, { indent: '  ' })}`
  const back = result.steps.flatMap((step) => effectOf(step) ?? [])
  const taken = back.length === 0 ? '' : `Would take back:\n${back.map((text) => `  ${text}\n`).join('')}`
  const returns = returnLine(result, uploads, promotes.length > 0)
  return `${taken}${buildLine(result)}${head}${gate}${tagged}${pushed}${announced}${returns}${firstLine(firsts)}${goLine(uploads)}`
}

/** How far one can go back without anybody having seen it. */
function returnLine({ promotion }: PublishResult, uploads: readonly Step[], isPromoted: boolean): string {
  if (uploads.length === 0 || promotion === undefined) return ''
  // What was never published before is public at its upload.
  return `Promotion: ${promotion}. ${returnWords[isPromoted ? promotion : 'direct']}\n`
}

const returnWords: Readonly<Record<NonNullable<PublishResult['promotion']>, string>> = {
  candidate: 'Until the first dist-tag moves, a rollback is quiet; after that it moves them back and deprecates.',
  staged:
    'Nobody can install anything before topsail approve; topsail reject drops it all. The approval is the point of no return.',
  direct: 'The point of no return is the first upload: each package is public at once, and a rollback deprecates.',
}

function firstLine(firsts: readonly string[]): string {
  return firsts.length === 0
    ? ''
    : `Never published before, so most registries make them public at their upload: ${fewOf(firsts)}.\n`
}

/** Go has no channel that could be moved later. */
function goLine(uploads: readonly Extract<Step, { kind: 'upload' }>[]): string {
  const modules = uploads.filter(({ registry }) => registry.startsWith('go:'))
  if (modules.length === 0) return ''
  const names = fewOf(modules.map(({ name, version }) => unitName(name, version)))
  return `A Go module is public with its tag, which nobody can take back; a rollback retracts the version: ${names}.\n`
}

function buildLine({ build }: PublishResult): string {
  if (build === undefined) return ''
  const script = printable(build.script)
  if (build.by === 'turbo') return `Would run ${script} of ${plural(build.names.length, 'package')} with turbo.\n`
  if (build.by === 'root') return `Would run the ${script} script of the workspace.\n`
  return `Would run the ${script} script of ${plural(build.scripted.length, 'package')}.\n`
}

function headline(
  { published, candidates, alreadyThere, failed, held, tags, exitCode }: PublishResult,
  { colours }: Output,
): string {
  const idle =
    published.length + candidates.length + failed.length + held.length + tags.made.length + tags.pushed.length === 0
  if (idle && exitCode !== 0) return 'Nothing was published.\n'
  if (idle) return 'Nothing to publish: the registries and the tags have all that git has released.\n'
  const there = alreadyThere.length === 0 ? '' : colours.dim(` (${alreadyThere.length} already there)`)
  return `${colours.bold(`${plural(published.length, 'package')} published`)}${there}\n`
}

const during = { pack: 'packed', upload: 'uploaded', confirm: 'confirmed', promote: 'made public' } as const

function section(title: string, rows: readonly (readonly Cell[])[], { colours }: Output): string {
  return rows.length === 0 ? '' : `${colours.bold(title)}\n${columns(rows)}`
}

function columns(rows: readonly (readonly Cell[])[]): string {
  return renderColumns(rows, { indent: '  ' })
}

function tagLine({ tags }: PublishResult): string {
  if (tags.made.length + tags.pushed.length === 0) return ''
  const parts = [
    ...(tags.made.length > 0 ? [`${plural(tags.made.length, 'tag')} made`] : []),
    ...(tags.pushed.length > 0 ? [`${plural(tags.pushed.length, 'tag')} pushed`] : []),
  ]
  return `${parts.join(', ')}\n`
}

function nextLine({ rerun, releases, exitCode, problems }: PublishResult): string {
  const parts = [
    ...(rerun.upload.length > 0 ? [`upload ${plural(rerun.upload.length, 'package')}`] : []),
    ...(rerun.confirm.length > 0 ? [`confirm ${plural(rerun.confirm.length, 'package')}`] : []),
    ...(rerun.promote.length > 0 ? [`make ${plural(rerun.promote.length, 'package')} public`] : []),
    ...(rerun.tag.length > 0 ? [`make ${plural(rerun.tag.length, 'tag')}`] : []),
    ...(rerun.push.length > 0 ? [`push ${plural(rerun.push.length, 'tag')}`] : []),
  ]
  const open = releases.find((release) => release.state === 'open')
  if (exitCode === 3 && open !== undefined) {
    const does = parts.length === 0 ? '' : `, which will ${parts.join(', ')}`
    return `Release ${printable(open.id)} is open. Go on with topsail resume${does}; or go back with topsail rollback.\n`
  }
  if (parts.length === 0) return ''
  const isWrong = exitCode === 1 && problems.some(({ severity }) => severity === 'error')
  return `${isWrong ? 'Once that is mended, run' : 'Run'} the same command again, and it will ${parts.join(', ')}.\n`
}

function waitsFor(needs: readonly string[]): string {
  const names = needs.filter((need) => need.startsWith('confirm:')).map(stepUnitName)
  return names.length === 0 ? '' : `after ${fewOf(names)}`
}

/** A unit by package and target, or a step by its key. */
function named({ name, target, version }: Versioned): Cell {
  return { text: unitName(targetKey(name, target), version), isName: true }
}
