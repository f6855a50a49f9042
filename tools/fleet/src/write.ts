/**
 * Writes a generated monorepo into a folder. The same size and seed give the same commit hashes.
 */
import { tellHistory } from './history.ts'
import { randomFrom } from './random.ts'
import { writeRepository } from './repository.ts'
import { drawPackages, sizes, type FleetPackage, type FleetSize, type SizeName } from './shape.ts'

export type FleetOptions = {
  /** A named size, or one of your own. */
  readonly size: SizeName | FleetSize
  readonly seed?: number
  /** A tenth of the work comes in through merge commits. */
  readonly merges?: boolean
}

export function writeFleet(dir: string, options: FleetOptions): readonly FleetPackage[] {
  const size = typeof options.size === 'string' ? sizes[options.size] : options.size
  const random = randomFrom(options.seed ?? 1)
  const packages = drawPackages(size.packages, random)
  writeRepository(dir, tellHistory(packages, size, random, options.merges ?? false))
  return packages
}
