/**
 * `apply`: writes exactly the plan of a document, or refuses and lists what moved. The plan is made again from the
 * workspace as it is; the document is only ever compared with it, never written from, so that a plan file from
 * elsewhere can ask for nothing that the workspace does not say itself.
 */
import {
  planInputs,
  planMoves,
  planOfDocument,
  planRelease,
  type PlanDocument,
  type ReleasePlan,
  type RulesName,
  type Snapshot,
} from '@topsail/core'
import { readSnapshot, sha256 } from '../read/read-snapshot.ts'
import {
  beginVersion,
  recoverVersion,
  versionWorkspace,
  type VersionOptions,
  type VersionResult,
} from './version-workspace.ts'

export type ApplyOptions = Omit<VersionOptions, 'snapshot' | 'plan'> & {
  readonly document: PlanDocument
  /** The file the document was read from, for the problem. */
  readonly file?: string | undefined
}

export async function applyPlanDocument(options: ApplyOptions): Promise<VersionResult> {
  const { cwd, document, file } = options
  const recovered = options.dryRun === true ? [] : recoverVersion({ cwd })
  if (recovered.some(({ severity }) => severity === 'error')) {
    return { outcome: 'refused', edits: [], problems: recovered }
  }
  const planned = planOfDocument(document)
  const making = madeAgain(cwd, document, planned)
  const tree = options.allowDirty === true ? undefined : (options.tree ?? beginVersion({ cwd }))
  const { snapshot, plan, moved } = await making
  if (moved.length > 0) {
    const place = file === undefined ? undefined : { file }
    const problem = { code: 'PLAN_MOVED', severity: 'error', place, moved } as const
    return { outcome: 'refused', edits: [], problems: [...recovered, problem] }
  }
  const result = await versionWorkspace({ ...options, snapshot, plan, tree })
  return { ...result, problems: [...recovered, ...result.problems] }
}

type MadeAgain = {
  readonly snapshot: Snapshot
  readonly plan: ReleasePlan
  readonly moved: ReturnType<typeof planMoves>
}

/**
 * Rules that a repository is given for its Changesets bring along what that very version does; rules that a person
 * names do not. The document does not say which it was, so that both are tried where the names of the rules agree.
 */
async function madeAgain(cwd: string, document: PlanDocument, planned: ReleasePlan): Promise<MadeAgain> {
  const given = await madeUnder(undefined, cwd, document, planned)
  const isSame = given.snapshot.settings.rules === planned.rules
  if (isSame && given.moved.length === 0) return given
  const named = await madeUnder(planned.rules, cwd, document, planned)
  return isSame && named.moved.length > 0 ? given : named
}

async function madeUnder(
  rules: RulesName | undefined,
  cwd: string,
  document: PlanDocument,
  { sources, snapshotRelease, changes }: ReleasePlan,
): Promise<MadeAgain> {
  const now = momentOf(snapshotRelease?.now)
  const snapshot = await readSnapshot({ cwd, rules, sources, snapshotRelease, now, changesetCommits: true })
  const overrides = changes.filter((change) => change.kind === 'override')
  const plan = planRelease(snapshot, sha256, { extraChanges: overrides })
  return { snapshot, plan, moved: planMoves(document, plan, planInputs(snapshot, sha256)) }
}

/** A snapshot version holds the moment of its plan. What is not one gives the plan of now, which is another. */
function momentOf(text: string | undefined): string | undefined {
  const moment = new Date(text ?? Number.NaN)
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString()
}
