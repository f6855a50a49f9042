/**
 * The targets of packages as the loop knows them: a registry by its address and names in it, and a packer. The name of
 * an image or of anything else that is no npm package is its target key, `@acme/api:oci`. What was packed is kept as a
 * small file that says where the artefact lies and what it is.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { targetKey, targetsOf } from '@topsail/core'
import type { Package, Problem, Settings, TargetKey, TargetSettings, Version, Workspace } from '@topsail/core'
import type { Environment } from '../npmrc.ts'
import { workspacePacker, type PackOutcome } from '../pack/pack-package.ts'
import type { Registry } from '../registry.ts'
import type { ChangeOutcome } from '../registry-changes.ts'
import type { Redact } from '../secrets.ts'
import { execTarget } from './exec.ts'
import { goTarget } from './go.ts'
import { parseImageName } from './image-reference.ts'
import { ociTarget } from './oci.ts'
import type { Artefact, Released, Target } from './target.ts'

export type TargetsOptions = {
  readonly workspace: Workspace
  readonly settings: Settings
  /** The workspace root, absolute. */
  readonly root: string
  /** Where artefacts are written. */
  readonly out: string
  /** Where tags are pushed to; Go modules are tags. */
  readonly remote: string | undefined
  readonly env: Environment
  readonly redact: Redact
}

type Placed = { readonly target: Target; readonly released: Released }

export type OtherTargets = {
  /** `oci://registry.example/acme/api` or `exec:@acme/api:chart`, by key. npm is not among them. */
  readonly addresses: ReadonlyMap<TargetKey, string>
  /** Undefined for an address that is none of these. */
  registryAt(address: string): Registry | undefined
  /** Of those that are asked about, what could never be published. */
  check(keys: readonly TargetKey[]): Promise<readonly Problem[]>
  /** Undefined for a key that is none of these, or is at another version. */
  pack(key: TargetKey, version: Version): Promise<PackOutcome> | undefined
}

export function otherTargets(options: TargetsOptions): OtherTargets {
  const addresses = new Map<TargetKey, string>()
  const placed = new Map<TargetKey, () => Placed>()
  for (const pkg of options.workspace.packages) {
    if (!hasVersion(pkg)) continue
    for (const settings of targetsOf(pkg, options.settings)) {
      if (settings.kind === 'npm') continue
      const key = targetKey(pkg.name, settings.id)
      addresses.set(key, addressOf(key, settings))
      placed.set(
        key,
        once(() => place(pkg, settings, key, options)),
      )
    }
  }
  const known = new Set(addresses.values())
  return {
    addresses,
    registryAt: (address) => (known.has(address) ? registryOver(address, placed) : undefined),
    async check(keys) {
      const problems = await Promise.all(
        keys.map((key) => {
          const found = placed.get(key)?.()
          return found?.target.check?.(found.released)
        }),
      )
      return problems.filter((problem) => problem !== undefined)
    },
    pack(key, version) {
      const found = placed.get(key)?.()
      return found?.released.version === version ? pack(key, found, options.out) : undefined
    },
  }
}

function hasVersion(pkg: Package): pkg is Package & { readonly version: Version } {
  return pkg.version !== undefined
}

function addressOf(key: TargetKey, settings: TargetSettings): string {
  return settings.kind === 'oci' ? `oci://${settings.image}` : `${settings.kind}:${key}`
}

function place(
  pkg: Package & { readonly version: Version },
  settings: Exclude<TargetSettings, { kind: 'npm' }>,
  key: TargetKey,
  options: TargetsOptions,
): Placed {
  const released = { name: pkg.name, version: pkg.version, dir: pkg.dir }
  if (settings.kind === 'oci') {
    const image = parseImageName(settings.image)
    if (image === undefined) throw new Error(`${settings.image} passed as the name of an image`)
    return { target: ociTarget({ ...options, image, source: settings.source }), released }
  }
  if (settings.kind === 'go') {
    return { target: goTarget({ ...options, proxy: settings.proxy, tagSettings: options.settings }), released }
  }
  const { commands, timeout } = settings
  const packTarball = async (): ReturnType<Target['pack']> => {
    const outcome = await workspacePacker({ ...options, out: join(options.out, encodeURIComponent(key)) }).pack(pkg)
    if (outcome.kind === 'failed') return outcome
    const { integrity, file } = outcome.tarball
    return { kind: 'packed', artefact: { integrity, file } }
  }
  return { target: execTarget({ ...options, commands, timeout, packTarball }), released }
}

async function pack(key: TargetKey, { target, released }: Placed, out: string): Promise<PackOutcome> {
  const packed = await target.pack(released)
  if (packed.kind === 'failed') return packed
  const { integrity } = packed.artefact
  const text = JSON.stringify(packed.artefact)
  const file = join(out, `${encodeURIComponent(key)}-${released.version}.json`)
  await mkdir(out, { recursive: true })
  await writeFile(file, text)
  const { version } = released
  return {
    kind: 'packed',
    tarball: { name: key, version, integrity, bytes: text.length, file, files: [], metadata: {} },
  }
}

function registryOver(url: string, placed: ReadonlyMap<TargetKey, () => Placed>): Registry {
  const at = (key: TargetKey, version?: Version): Placed => {
    const found = placed.get(key)?.()
    if (found === undefined) throw new Error(`${key} is no target`)
    // A release that is resumed or rolled back may be of an older version than the workspace is at.
    return version === undefined ? found : { ...found, released: { ...found.released, version } }
  }
  return {
    url,
    facts: (key) => ask(key, (it) => it.target.facts(it.released)),
    lookup: (key, version) => ask(key, (it) => it.target.lookup(it.released), version),
    confirm: (key, version) => ask(key, (it) => it.target.confirm(it.released), version),
    async upload({ tarball, bytes, distTag }) {
      const { target, released } = at(tarball.name, tarball.version)
      const artefact = JSON.parse(bytes.toString('utf8')) as Artefact
      return target.upload(released, artefact, distTag)
    },
    async setDistTag(key, channel, value): Promise<ChangeOutcome> {
      const { target, released } = at(key)
      if (value !== undefined) return target.promote(released, channel, value)
      const there = await target.channel(released, channel)
      if (there.kind === 'unreachable') return { ...there, kind: 'unknown' }
      return there.value === undefined ? { kind: 'done' } : target.promote(released, channel, undefined)
    },
    deprecate: (key, version, message) => ask(key, (it) => it.target.retract(it.released, message, 'warn'), version),
    unpublish: (key, version) => ask(key, (it) => it.target.retract(it.released, '', 'remove'), version),
  }

  function ask<Answer>(key: TargetKey, question: (it: Placed) => Answer, version?: Version): Answer {
    return question(at(key, version))
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
