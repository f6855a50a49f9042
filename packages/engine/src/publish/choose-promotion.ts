/**
 * How this release becomes public: what was asked for, or the safest way that registries and credentials allow. Moving
 * a dist-tag takes a token; without one only the upload itself can lead it.
 */
import { isNpmKey, type Problem, type Promotion, type PublishUnit } from '@topsail/core'
import type { NpmConfig } from './npmrc.ts'

export function choosePromotion(
  asked: Promotion | 'auto',
  units: readonly PublishUnit[],
  config: Pick<NpmConfig, 'hasCredentials'>,
): { readonly promotion: Promotion; readonly problems: readonly Problem[] } {
  const onNpm = units.filter((unit) => isNpmKey(unit.name))
  const registries = [...new Set(onNpm.flatMap((unit) => unit.upload?.registry ?? []))].toSorted()
  if (asked === 'auto') {
    const canMoveTags = registries.every((registry) => config.hasCredentials(registry))
    return { promotion: canMoveTags ? 'candidate' : 'direct', problems: [] }
  }
  if (asked !== 'staged') return { promotion: asked, problems: [] }
  const problems = registries.map((registry): Problem => ({
    code: 'PROMOTION_IMPOSSIBLE',
    severity: 'error',
    promotion: asked,
    registry,
  }))
  return { promotion: 'direct', problems }
}
