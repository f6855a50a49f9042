/**
 * Every static check, in the order in which they run: the cheap ones first. To add one, add its file to `checks/` and
 * its line here.
 */
import { docs } from './checks/docs.ts'
import { effects } from './checks/effects.ts'
import { format } from './checks/format.ts'
import { lint } from './checks/lint.ts'
import { lockfile } from './checks/lockfile.ts'
import { purity } from './checks/purity.ts'
import { skipped } from './checks/skipped.ts'
import { types } from './checks/types.ts'
import { unused } from './checks/unused.ts'
import { walls } from './checks/walls.ts'
import { words } from './checks/words.ts'
import { workflows } from './checks/workflows.ts'
import type { Repository } from './source.ts'

export type Check = {
  readonly name: string
  /** The question it answers, for a person. */
  readonly asks: string
  /** All that is wrong, each with its place; nothing when all is well. */
  readonly run: (repository: Repository) => readonly string[] | Promise<readonly string[]>
}

export const allChecks: readonly Check[] = [
  walls,
  purity,
  effects,
  skipped,
  words,
  docs,
  lockfile,
  workflows,
  format,
  lint,
  unused,
  types,
]
