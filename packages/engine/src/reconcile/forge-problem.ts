/** A failure of the forge as a problem. */
import type { Problem } from '@topsail/core'
import type { Forge, ForgeFailure } from '../forge/forge.ts'

export function forgeProblem({ place }: Pick<Forge, 'place'>, failure: ForgeFailure): Problem {
  const { why, doing, detail, lacking, waitSeconds } = failure
  return { code: 'FORGE_FAILED', severity: 'error', forge: place.webUrl, why, doing, detail, lacking, waitSeconds }
}
