/**
 * What a resumed release still has to upload, and whose tarball is not here: packed again from the commit of the
 * release. Its bytes may differ from those of the run that died, so the new integrity is recorded, here and at the
 * ref, before it is used; what that run may still get through counts as ours all the same.
 */
import { stepId } from '@topsail/core'
import type { Integrity, PackStep, Problem, Progress, UploadStep } from '@topsail/core'
import { cleaned, failed } from '../publish/attempt.ts'
import { drive, type Attempt, type DriveResult } from '../publish/drive.ts'
import { stopOf, type JournalKeeper } from './journal-keeper.ts'
import type { ReleasePacker, ReleasePorts } from './ports.ts'
import { noEffects, nothingDriven, type CarryOptions } from './release-end.ts'

export type Repacked = {
  readonly driven: DriveResult
  /** Why nothing can be gone on with. */
  readonly problems: readonly Problem[]
}

export async function packAgain(
  ports: ReleasePorts,
  keeper: JournalKeeper,
  packer: ReleasePacker,
  options: CarryOptions,
): Promise<Repacked> {
  const progress = keeper.progress()
  const steps = await stepsToPackAgain(ports, progress)
  if (steps.length === 0) return { driven: nothingDriven, problems: [] }
  const byName = new Map(progress.opened.units.map((unit) => [unit.name, unit]))
  const unbuilt = await packer.prepare?.(steps.flatMap(({ name }) => byName.get(name) ?? []))
  if (unbuilt !== undefined) return { driven: nothingDriven, problems: [cleaned(unbuilt, ports.redact)] }

  const pack = async ({ name }: PackStep): Promise<Attempt> => {
    const unit = byName.get(name)
    if (unit === undefined) return failed({ code: 'PACK_FAILED', name, detail: 'it is not of this release' })
    const outcome = await packer.pack(unit)
    if (outcome.kind === 'failed') return { kind: 'failed', problem: cleaned(outcome.problem, ports.redact) }
    const { integrity } = outcome.tarball
    const upload = stepId('upload', unit)
    if (progress.integrities.get(upload)?.includes(integrity) !== true) {
      await keeper.journal.append({ kind: 'repacked', step: upload, integrity })
    }
    await ports.tarballs.keep(progress.opened.release, outcome.tarball)
    return { kind: 'done' }
  }
  const before = keeper.journal.records.length
  const driven = await drive({ ...options, steps, effects: { ...noEffects, pack }, clock: ports.clock })
  const isNew = keeper.journal.records.length > before
  const stop = isNew ? stopOf(await keeper.push()) : undefined
  const failures = driven.failed.map(({ problem }) => problem)
  return { driven, problems: stop === undefined ? failures : [...failures, stop] }
}

/** Of what is still to be uploaded, what neither the registry has nor this machine. */
export async function stepsToPackAgain(
  ports: Pick<ReleasePorts, 'tarballs' | 'registryAt'>,
  { opened, steps, integrities }: Progress,
): Promise<readonly PackStep[]> {
  const left = opened.steps
    .filter((step) => step.kind === 'upload')
    .filter((step) => steps.get(step.id)?.state !== 'done')
  const missing = (
    await inParallel(left, (step) => isMissing(ports, opened.release, step, integrities.get(step.id) ?? []))
  ).flat()
  const wanted = new Set(missing.map((step) => stepId('pack', step)))
  return opened.steps
    .filter((step) => step.kind === 'pack')
    .filter(({ id }) => wanted.has(id))
    .map((step) => ({ ...step, after: step.after.filter((id) => wanted.has(id)) }))
}

async function isMissing(
  ports: Pick<ReleasePorts, 'tarballs' | 'registryAt'>,
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
