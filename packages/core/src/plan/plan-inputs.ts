/**
 * What decided a plan beside the changes that it lists, as a document can keep it: enough to say afterwards in words
 * which of it moved. How a plan is proposed, published and told is no part of it, as in the plan's identity.
 */
import { canonicalJson } from '../canonical.ts'
import type { Path } from '../names.ts'
import { recordOf } from '../record.ts'
import type { Snapshot } from '../snapshot.ts'
import { manifestPath } from '../workspace.ts'
import { decisiveSettings } from './plan-id.ts'

export type PlanInputs = {
  /** As JSON, or a digest of it where it is long. */
  readonly settings: Readonly<Record<string, string>>
  readonly facts: Readonly<Record<PlanFact, string>>
  /** Digests of their texts. */
  readonly manifests: Readonly<Record<Path, string>>
}

const planFacts = ['package-manager', 'catalogs', 'pre-mode', 'burned-versions'] as const
export type PlanFact = (typeof planFacts)[number]

export function planInputs(snapshot: Snapshot, hash: (text: string) => string): PlanInputs {
  const { workspace, settings, pre, burned } = snapshot
  const shown = (value: unknown): string => {
    const text = canonicalJson(value ?? null)
    return text.length > longestShown ? digestOf(text, hash) : text
  }
  return {
    settings: recordOf(Object.entries(decisiveSettings(settings)).map(([key, value]) => [key, shown(value)])),
    facts: {
      'package-manager': shown(workspace.tool),
      catalogs: shown(workspace.catalogs),
      'pre-mode': shown(pre),
      'burned-versions': shown(burned),
    },
    manifests: recordOf(
      [workspace.root, ...workspace.packages].map((pkg) => [manifestPath(pkg), digestOf(pkg.text, hash)]),
    ),
  }
}

const longestShown = 160

function digestOf(text: string, hash: (text: string) => string): string {
  return `#${hash(text).slice(0, 16)}`
}
