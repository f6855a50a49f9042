/**
 * How this release becomes public: what was asked for, or the safest way that registries and credentials allow. Moving
 * a dist-tag takes a token. The identity of a CI job alone may stage, and a person approves; where there is no staging
 * area either, only the upload itself can lead a dist-tag.
 */
import { isNpmKey, type Problem, type Promotion, type PublishUnit } from '@topsail/core'
import type { NpmConfig } from './npmrc.ts'
import type { Registry } from './registry.ts'

export type PromotionChoice = { readonly promotion: Promotion; readonly problems: readonly Problem[] }

export type PromotionWorld = {
  readonly config: Pick<NpmConfig, 'hasCredentials'>
  /** This is a CI job that can prove who it is, which is enough to stage. */
  readonly isTrusted: boolean
  registryAt(url: string): Registry
}

export async function choosePromotion(
  asked: Promotion | 'auto',
  units: readonly PublishUnit[],
  { config, isTrusted, registryAt }: PromotionWorld,
): Promise<PromotionChoice> {
  const onNpm = units.filter((unit) => isNpmKey(unit.name))
  const registries = [...new Set(onNpm.flatMap((unit) => unit.upload?.registry ?? []))].toSorted()
  const cannotStage = async (): Promise<readonly string[]> => {
    const answers = await Promise.all(registries.map((url) => registryAt(url).staging?.canStage() ?? false))
    return registries.filter((_, index) => answers[index] !== true)
  }
  if (asked === 'auto') {
    if (registries.every((registry) => config.hasCredentials(registry))) return { promotion: 'candidate', problems: [] }
    const canStage = isTrusted && (await cannotStage()).length === 0
    return { promotion: canStage ? 'staged' : 'direct', problems: [] }
  }
  if (asked !== 'staged') return { promotion: asked, problems: [] }
  const problems = (await cannotStage()).map((registry): Problem => ({
    code: 'PROMOTION_IMPOSSIBLE',
    severity: 'error',
    promotion: asked,
    registry,
  }))
  return { promotion: problems.length === 0 ? 'staged' : 'direct', problems }
}
