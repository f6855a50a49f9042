/** What one clone of the memory world packs, and where it keeps it. */
import { packageOf, type Package, type PublishUnit } from '@topsail/core'
import { integrityOf, type Tarball } from '../publish/pack/tarball.ts'
import type { ReleasePorts, TarballStore } from '../release/ports.ts'
import type { Line } from './memory-line.ts'
import type { MemoryClone, MemoryWorldOptions } from './memory-world.ts'

export function tarballsOver(line: Line, clone: MemoryClone): TarballStore {
  return {
    keep: (release, tarball) =>
      line.local(`keep ${tarball.name}`, async () => {
        const known = clone.tarballs.get(tarball.file)
        if (known !== undefined) clone.tarballs.set(tarball.file, { ...known, release })
      }),
    find: async (release, unit) => {
      const kept = [...clone.tarballs.values()].find(
        (other) =>
          other.release === release && other.tarball.name === unit.name && other.tarball.version === unit.version,
      )
      return kept?.tarball
    },
    read: async (tarball) => {
      const known = clone.tarballs.get(tarball.file)
      if (known === undefined) throw new Error(`ENOENT: ${tarball.file}`)
      return known.bytes
    },
    drop: (release) =>
      line.local('drop the tarballs', async () => {
        for (const [file, kept] of clone.tarballs) if (kept.release === release) clone.tarballs.delete(file)
      }),
  }
}

type MemoryPacker = Extract<Awaited<ReturnType<ReleasePorts['packerAt']>>, { kind: 'ready' }>['packer']

/** `number`: of the runner. */
export function packerOver(line: Line, clone: MemoryClone, options: MemoryWorldOptions, number: number): MemoryPacker {
  const packages = new Map(options.workspace.packages.map((pkg) => [pkg.name, pkg]))
  return {
    pack: (unit) =>
      line.local(`pack ${unit.name}`, async () => {
        const packed = packInMemory(packages.get(packageOf(unit.name)), unit, options.reproducible ? 0 : number)
        clone.tarballs.set(packed.tarball.file, { ...packed, release: undefined })
        return { kind: 'packed', tarball: packed.tarball } as const
      }),
    afterPublish: async () => undefined,
  }
}

/** `salt`: what differs when it is packed again. */
export function packInMemory(
  pkg: Package | undefined,
  { name, version }: Pick<PublishUnit, 'name' | 'version'>,
  salt: number,
): { readonly tarball: Tarball; readonly bytes: Buffer } {
  const metadata = { ...pkg?.manifest, name, version }
  const bytes = Buffer.from(JSON.stringify({ ...metadata, salt }))
  const file = `${name}-${version}-${salt}.tgz`
  const tarball = { name, version, integrity: integrityOf(bytes), bytes: bytes.length, file, files: [], metadata }
  return { tarball, bytes }
}
