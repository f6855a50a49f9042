/**
 * What the steps of an npm release do: one attempt each, and what its answer means. After an answer that says nothing
 * (a reset, a 5xx, a lost reply) the registry is asked before anything is sent again; what it has under our integrity
 * is ours, whoever saw the reply. Nothing counts as published before the registry serves it.
 */
import type { ConfirmStep, Package, PackageName, Problem, UploadStep, Version } from '@topsail/core'
import type { Attempt, Effects, Trial } from './drive.ts'
import type { Packer } from './pack/pack-package.ts'
import type { Tarball } from './pack/tarball.ts'
import type { Lookup, Registry } from './registry.ts'
import type { Redact } from './secrets.ts'
import type { TagWriter } from './tags.ts'

export type NpmEffectsOptions = {
  readonly packages: ReadonlyMap<PackageName, Package & { readonly version: Version }>
  readonly packer: Packer
  registryAt(url: string): Registry
  readonly tags: TagWriter
  readonly remote: string | undefined
  readonly redact: Redact
}

export type NpmEffects = Effects & {
  tarballOf(name: PackageName): Tarball | undefined
  /** What a person should read though no step failed. */
  readonly warnings: readonly Problem[]
}

export function npmEffects(options: NpmEffectsOptions): NpmEffects {
  const tarballs = new Map<PackageName, Tarball>()
  /** Confirmed here; a tag may be made for it. */
  const confirmed = new Set<string>()
  /** Registries that refuse our credentials; nothing more is sent to them. */
  const shut = new Map<string, Problem>()
  const warnings: Problem[] = []
  return {
    warnings,
    tarballOf: (name) => tarballs.get(name),
    async pack(step) {
      const pkg = options.packages.get(step.name)
      if (pkg === undefined) return failed({ code: 'PACK_FAILED', name: step.name, detail: 'it left the workspace' })
      const outcome = await options.packer.pack(pkg)
      if (outcome.kind === 'failed') return { kind: 'failed', problem: cleaned(outcome.problem, options.redact) }
      tarballs.set(step.name, outcome.tarball)
      return { kind: 'done' }
    },
    async check(step) {
      const packed = step.needs.length === tarballs.size
      return packed ? { kind: 'done' } : failed({ code: 'PACK_FAILED', name: '', detail: 'a tarball is missing' })
    },
    async upload(step, trial) {
      const problem = shut.get(step.registry)
      if (problem !== undefined) return { kind: 'failed', problem: { ...problem, name: step.name } as Problem }
      const tarball = tarballs.get(step.name)
      if (tarball === undefined)
        return failed({ code: 'PACK_FAILED', name: step.name, detail: 'its tarball is missing' })
      const attempt = await upload(step, trial, tarball, options)
      if (attempt.kind === 'failed' && attempt.problem.code === 'UPLOAD_UNAUTHORISED')
        shut.set(step.registry, attempt.problem)
      return attempt
    },
    async confirm(step, trial) {
      const tarball = tarballs.get(step.name)
      if (tarball === undefined)
        return failed({ code: 'PACK_FAILED', name: step.name, detail: 'its tarball is missing' })
      const attempt = await confirm(step, trial, tarball, options.registryAt(step.registry))
      if (attempt.kind !== 'done') return attempt
      confirmed.add(step.id)
      const pkg = options.packages.get(step.name)
      const warning = pkg === undefined ? undefined : await options.packer.afterPublish(pkg)
      if (warning !== undefined) warnings.push(cleaned(warning, options.redact))
      return attempt
    },
    async tag(step) {
      const tags = step.tags.filter((tag) => tag.needs === undefined || confirmed.has(tag.needs))
      const failure = tags.length === 0 ? undefined : await options.tags.make(tags)
      if (failure === undefined) return { kind: 'done' }
      return failed({ code: 'TAGS_NOT_MADE', detail: options.redact(failure) })
    },
    async push(step) {
      const tags = step.tags.filter((tag) => tag.needs === undefined || confirmed.has(tag.needs)).map((tag) => tag.tag)
      const remote = options.remote ?? 'origin'
      const failure = tags.length === 0 ? undefined : await options.tags.push(remote, tags)
      if (failure === undefined) return { kind: 'done' }
      const detail = options.redact(failure)
      const problem = problemOf({ code: 'TAGS_NOT_PUSHED', remote, detail })
      // A remote that has decided does not decide otherwise a second later.
      if (/rejected|denied|declined/i.test(failure)) return { kind: 'failed', problem }
      return { kind: 'again', detail, problem }
    },
  }
}

async function upload(
  step: UploadStep,
  trial: Trial,
  tarball: Tarball,
  { packer, registryAt }: NpmEffectsOptions,
): Promise<Attempt> {
  const registry = registryAt(step.registry)
  const about = { name: step.name, version: step.version, registry: step.registry }
  const again = (detail: string, after: number | undefined): Attempt => {
    const problem = problemOf({ code: 'UPLOAD_GAVE_UP', ...about, attempts: trial.attempt, detail })
    return { kind: 'again', after, detail, problem }
  }
  if (trial.attempt > 1) {
    const found = await registry.lookup(step.name, step.version)
    if (found.kind === 'unreachable') return again(found.detail, found.retryAfter)
    if (found.kind === 'present') return compared(step, tarball, found)
  }
  const bytes = await packer.read(tarball)
  const { distTag, access } = step
  const outcome = await registry.upload({ tarball, bytes, distTag, access })
  switch (outcome.kind) {
    case 'stored':
      return { kind: 'done' }
    case 'unknown':
      return again(outcome.detail, outcome.retryAfter)
    case 'taken': {
      const found = await registry.lookup(step.name, step.version)
      if (found.kind === 'present') return compared(step, tarball, found)
      // There, but not shown yet: confirming waits until it is, and compares then.
      return outcome.certain ? { kind: 'done' } : again(outcome.detail, undefined)
    }
    case 'refused':
      return failed({ code: 'UPLOAD_REFUSED', ...about, detail: outcome.detail })
    case 'unauthorised': {
      const { detail, oneTimePassword } = outcome
      return failed({ code: 'UPLOAD_UNAUTHORISED', name: step.name, registry: step.registry, oneTimePassword, detail })
    }
  }
}

async function confirm(step: ConfirmStep, trial: Trial, tarball: Tarball, registry: Registry): Promise<Attempt> {
  const found = await registry.confirm(step.name, step.version)
  if (found.kind === 'present') return compared(step, tarball, found)
  const detail = found.kind === 'absent' ? 'it is not listed' : found.detail
  const seconds = Math.round(trial.elapsed / 1000)
  const about = { name: step.name, version: step.version, registry: step.registry }
  const problem = problemOf({ code: 'CONFIRM_TIMED_OUT', ...about, seconds, detail })
  return { kind: 'again', after: found.kind === 'unreachable' ? found.retryAfter : undefined, detail, problem }
}

/** An old registry that keeps no integrity cannot tell ours from another's; it has the version, and that is all. */
function compared(
  step: UploadStep | ConfirmStep,
  tarball: Tarball,
  found: Extract<Lookup, { kind: 'present' }>,
): Attempt {
  if (found.integrity === undefined || holdsIntegrity(found.integrity, tarball.integrity)) return { kind: 'done' }
  const { name, version, registry } = step
  const ours = tarball.integrity
  return failed({ code: 'VERSION_TAKEN_BY_OTHER', name, version, registry, ours, theirs: found.integrity })
}

/** A registry may list several hashes; where none is of our kind there is nothing to compare. */
function holdsIntegrity(listed: string, ours: string): boolean {
  const hashes = listed.split(/\s+/)
  return hashes.includes(ours) || !hashes.some((hash) => hash.startsWith('sha512-'))
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never

function problemOf(facts: DistributiveOmit<Problem, 'severity'>): Problem {
  return { severity: 'error', ...facts } as Problem
}

function failed(facts: DistributiveOmit<Problem, 'severity'>): Attempt {
  return { kind: 'failed', problem: problemOf(facts) }
}

function cleaned(problem: Problem, redact: Redact): Problem {
  return 'detail' in problem ? ({ ...problem, detail: redact(problem.detail) } as Problem) : problem
}
