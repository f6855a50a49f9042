/**
 * A rollback before it starts and after it has ended: what it does, in order, and what stays in the world all the same.
 */
import type { ForwardStep, Leftover, Step } from '@topsail/core'
import type { RollbackPlan, RollbackResult } from '@topsail/engine'
import type { Output } from '../context.ts'
import { plural, printable } from './text.ts'
import { unitName } from './unit-name.ts'

export function renderRollbackPlan(
  { release, wasPublic, steps, leftovers }: RollbackPlan,
  { colours }: Output,
): string {
  const effects = steps.flatMap((step) => effectOf(step) ?? [])
  const seen = wasPublic ? 'A part of it is public already.' : 'Nobody has been given any of it.'
  const head = `${colours.bold(`Rolling back ${printable(release)}`)}. ${seen}\n`
  const does = effects.length === 0 ? '  nothing was done that has to be taken back\n' : effects.map(line).join('')
  const remains = leftovers.length === 0 ? '' : `What will remain:\n${leftovers.map(leftoverOf).map(line).join('')}`
  return `${head}${does}${remains}`
}

export function renderRollbackResult({ rollback, releases, branch, exitCode }: RollbackResult): string {
  if (rollback === undefined) return 'Nothing was taken back.\n'
  const release = printable(rollback.release)
  if (exitCode === 3) return `Release ${release} is half-way back. Go on with topsail resume.\n`
  if (releases.length === 0) return `Release ${release} is as it was.\n`
  const versions = rollback.leftovers.filter((left) => left.kind === 'version').length
  const burned = versions === 0 ? '' : ` ${plural(versions, 'version')} will never be used again.`
  const merge = branch === undefined ? '' : `Merge ${printable(branch)}: it takes manifests and changesets back.\n`
  return `Release ${release} is rolled back.${burned}\n${merge}`
}

function line(text: string): string {
  return `  ${text}\n`
}

/** What a step of the way back does; nothing for one that leaves nothing in the world. */
export function effectOf(step: Step): string | undefined {
  if (step.kind === 'revert')
    return `make the branch ${printable(`topsail/rollback-${step.release}`)}, which takes manifests and changesets back`
  return step.kind === 'undo' ? undoOf(step.of, step.evidence) : undefined
}

function undoOf(step: ForwardStep, evidence: Readonly<Record<string, string | null>>): string | undefined {
  switch (step.kind) {
    case 'announce':
      return 'take back what was announced'
    case 'push':
      return `delete ${plural(step.tags.length, 'tag')} at the remote`
    case 'tag':
      return `delete ${plural(step.tags.length, 'tag')} here`
    case 'promote': {
      const was = Object.hasOwn(evidence, 'was') ? evidence['was'] : step.was
      return was === null || was === undefined
        ? printable(`take ${step.distTag} of ${unitName(step.name)} away`)
        : printable(`lead ${step.distTag} of ${unitName(step.name)} back to ${was}`)
    }
    case 'upload':
      return printable(`withdraw ${unitName(step.name, step.version)} from ${step.registry}`)
    default:
      return undefined
  }
}

function leftoverOf(left: Leftover): string {
  return left.kind === 'version'
    ? printable(`${unitName(left.name, left.version)} in ${left.registry}, deprecated: a version is never used twice`)
    : printable(
        `${left.distTag} of ${left.name}, where the registry insists on one: it was published for the first time`,
      )
}
