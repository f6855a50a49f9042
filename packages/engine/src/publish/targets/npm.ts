/**
 * A package of an npm registry as a target. Every upload leads some dist-tag to its version, so candidates go up under a
 * tag of their own and promotion moves the real one; a version once uploaded stays, deprecated at most, unless the
 * registry lets it be taken away.
 */
import { readFile } from 'node:fs/promises'
import type { Access, Integrity, Package, Version } from '@topsail/core'
import type { Packer } from '../pack/pack-package.ts'
import type { Tarball } from '../pack/tarball.ts'
import type { Registry } from '../registry.ts'
import type { Target } from './target.ts'

export type NpmOptions = {
  readonly registry: Registry
  readonly packer: Packer
  readonly pkg: Package & { readonly version: Version }
  readonly access: Access | undefined
}

export function npmTarget({ registry, packer, pkg, access }: NpmOptions): Target {
  const tarballs = new Map<Integrity, Tarball>()
  return {
    place: registry.url,
    undo: { upload: 'compensating', promote: 'exact' },
    facts: ({ name }) => registry.facts(name),
    lookup: ({ name, version }) => registry.lookup(name, version),
    confirm: ({ name, version }) => registry.confirm(name, version),
    async pack() {
      const outcome = await packer.pack(pkg)
      if (outcome.kind === 'failed') return outcome
      const { integrity, file } = outcome.tarball
      tarballs.set(integrity, outcome.tarball)
      return { kind: 'packed', artefact: { integrity, file } }
    },
    async upload(_, { integrity, file }, distTag) {
      const tarball = tarballs.get(integrity)
      if (tarball === undefined) return { kind: 'refused', detail: 'it was packed by another run' }
      return registry.upload({ tarball, bytes: await readFile(file), distTag, access })
    },
    async channel({ name }, distTag) {
      const facts = await registry.facts(name)
      if (facts.kind === 'unreachable') return { ...facts, retryAfter: undefined }
      return { kind: 'known', value: facts.distTags.get(distTag) }
    },
    promote: ({ name }, distTag, value) => registry.setDistTag(name, distTag, value),
    retract: ({ name, version }, note, how) =>
      how === 'remove' ? registry.unpublish(name, version) : registry.deprecate(name, version, note),
  }
}
