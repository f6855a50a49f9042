/**
 * What a release of this workspace should put into the registry: each package packed as a publish packs it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Integrity, PackageName } from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { workspacePacker } from '../publish/pack/pack-package.ts'
import { readWorkspace } from '../read/workspace.ts'

export async function packedIntegrities(root: string): Promise<ReadonlyMap<PackageName, Integrity>> {
  const { workspace } = readWorkspace(diskFiles(root))
  const out = await mkdtemp(join(tmpdir(), 'topsail-packed-'))
  const packer = workspacePacker({ root, workspace, out })
  const integrities = new Map<PackageName, Integrity>()
  for (const pkg of workspace.packages) {
    if (pkg.version === undefined || pkg.private) continue
    const outcome = await packer.pack({ ...pkg, version: pkg.version })
    if (outcome.kind === 'failed') throw new Error(`${pkg.name} cannot be packed: ${outcome.problem.code}`)
    integrities.set(pkg.name, outcome.tarball.integrity)
  }
  await rm(out, { recursive: true, force: true })
  return integrities
}
