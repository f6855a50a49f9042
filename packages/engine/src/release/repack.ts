/**
 * What a resumed release still has to upload, and whose tarball is not here: packed again from the commit of the
 * release. Its bytes may differ from those of the run that died, so the new integrity is recorded, here and at the
 * ref, before it is used; what that run may still get through counts as ours all the same.
 */
import type { Integrity, Problem, PublishUnit, UploadStep } from '@topsail/core'
import { stepId } from '@topsail/core'
import { cleaned } from '../publish/attempt.ts'
import { stopOf, type JournalKeeper } from './journal-keeper.ts'
import type { ReleasePacker, ReleasePorts } from './ports.ts'

export async function repackMissing(
  ports: ReleasePorts,
  keeper: JournalKeeper,
  packer: ReleasePacker,
): Promise<readonly Problem[]> {
  const { opened, steps, integrities } = keeper.progress()
  const left = opened.steps
    .filter((step) => step.kind === 'upload')
    .filter((step) => steps.get(step.id)?.state !== 'done')
  const missing = (
    await inParallel(left, (step) => isMissing(ports, opened.release, step, integrities.get(step.id) ?? []))
  ).flat()

  const names = new Set(missing.map((step) => step.name))
  const units = dependenciesFirst(opened.units).filter((unit) => names.has(unit.name))
  const unbuilt = units.length === 0 ? undefined : await packer.prepare?.(units)
  if (unbuilt !== undefined) return [cleaned(unbuilt, ports.redact)]

  const problems: Problem[] = []
  let recorded = 0
  // One at a time: scripts that build may read what those before them have built.
  for (const unit of units) {
    const step = { id: stepId('upload', unit) }
    const outcome = await packer.pack(unit)
    if (outcome.kind === 'failed') {
      problems.push(cleaned(outcome.problem, ports.redact))
      continue
    }
    const { integrity } = outcome.tarball
    if (integrities.get(step.id)?.includes(integrity) !== true) {
      await keeper.journal.append({ kind: 'repacked', step: step.id, integrity })
      recorded += 1
    }
    await ports.tarballs.keep(opened.release, outcome.tarball)
  }
  const stop = recorded === 0 ? undefined : stopOf(await keeper.push())
  return stop === undefined ? problems : [...problems, stop]
}

function dependenciesFirst(units: readonly PublishUnit[]): readonly PublishUnit[] {
  const byName = new Map(units.map((unit) => [unit.name, unit]))
  const ordered = new Set<PublishUnit>()
  const begun = new Set<PublishUnit>()
  // Without recursion: a chain may be as long as the workspace is large.
  const stack = units.toReversed()
  for (let unit = stack.at(-1); unit !== undefined; unit = stack.at(-1)) {
    if (begun.has(unit)) {
      ordered.add(unit)
      stack.pop()
      continue
    }
    begun.add(unit)
    stack.push(...unit.needs.flatMap((name) => byName.get(name) ?? []).filter((need) => !begun.has(need)))
  }
  return [...ordered]
}

/** Neither the registry has it nor this machine. */
async function isMissing(
  ports: ReleasePorts,
  release: string,
  step: UploadStep,
  recorded: readonly Integrity[],
): Promise<readonly UploadStep[]> {
  const tarball = await ports.tarballs.find(release, step)
  if (tarball !== undefined && recorded.includes(tarball.integrity)) return []
  const found = await ports.registryAt(step.registry).lookup(step.name, step.version)
  return found.kind === 'present' ? [] : [step]
}

const lookupsAtOnce = 32

async function inParallel<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (let at = 0; at < items.length; at += lookupsAtOnce) {
    answers.push(...(await Promise.all(items.slice(at, at + lookupsAtOnce).map(ask))))
  }
  return answers
}
