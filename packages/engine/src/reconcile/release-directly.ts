/**
 * A release without a pull request: the versions are written in one commit on the base branch, which is only pushed
 * from where it was seen, and the working folder follows it, for what is published next is what lies there.
 */
import type { PackageName, Problem, Sha, Version } from '@topsail/core'
import { gitDetail } from '../adapters/git-failure.ts'
import type { Forge } from '../forge/forge.ts'
import { planAt } from './plan-at.ts'
import type { Place } from './place.ts'
import { bringBranch, readRemote } from './remote-refs.ts'
import type { ReconcileWords } from './words.ts'
import { writeBranch } from './write-branch.ts'

export type DirectOutcome = {
  /** What was pushed; undefined when nothing was pending. */
  readonly commit: Sha | undefined
  /** Whether the working folder stands at another commit now. */
  readonly moved: boolean
  /** Of a dry run: what is pending, which a real run writes and publishes. */
  readonly wouldRelease?: readonly { readonly name: PackageName; readonly from: Version; readonly to: Version }[]
  readonly problems: readonly Problem[]
}

export type DirectOptions = {
  readonly place: Place
  /** Undefined, or the settings ask for it: git makes the commit. */
  readonly forge: Forge | undefined
  readonly words: ReconcileWords
  readonly dryRun?: boolean | undefined
}

export async function releaseDirectly({ place, forge, words, dryRun }: DirectOptions): Promise<DirectOutcome> {
  const { git, remote, base, namespaces, settings } = place
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const listed = await readRemote(git, { remote, branches: [base], namespaces })
    if (listed.kind === 'unreachable') return stopped(listed.problem)
    const tip = listed.refs.branches.get(base)
    if (tip === undefined || !(await bringBranch(git, remote, base, tip))) {
      return stopped({ code: 'BASE_BRANCH_MISSING', severity: 'error', branch: base })
    }
    const planned = await planAt(place, tip)
    if ('detail' in planned) return stopped(cannotFollow(tip, planned.detail))
    const errors = planned.plan.problems.filter(({ severity }) => severity === 'error')
    if (errors.length > 0) return { ...nothing, problems: errors }
    if (dryRun === true) {
      return { ...nothing, wouldRelease: planned.plan.releases.map(({ name, from, to }) => ({ name, from, to })) }
    }
    if (planned.plan.releases.length === 0) return follow(place, tip, undefined)
    const answer = await writeBranch({
      ...place,
      ours: listed.refs.ours,
      branch: base,
      expected: tip,
      onto: tip,
      forge: settings.pullRequest.commit === 'api' ? forge : undefined,
      message(written) {
        const facts = { ...written, place: forge?.place, base, tip, foreign: [] }
        return words.commitMessage(facts, words.title(facts))
      },
    })
    if (answer.kind === 'failed') return { ...nothing, problems: answer.problems }
    if (answer.kind === 'contested') continue
    const followed = await follow(place, answer.sha, answer.sha)
    return { ...followed, problems: [...answer.problems, ...followed.problems] }
  }
  return stopped({ code: 'RELEASE_BRANCH_CONTESTED', severity: 'warning', branch: base })
}

const mostAttempts = 5
const nothing = { commit: undefined, moved: false, problems: [] }

/** Forwards only, and never over somebody's work. */
async function follow({ git, remote, base }: Place, tip: Sha, commit: Sha | undefined): Promise<DirectOutcome> {
  if (!(await bringBranch(git, remote, base, tip)))
    return { ...stopped(cannotFollow(tip, 'it cannot be fetched')), commit }
  const head = await git(['rev-parse', '--verify', '--quiet', 'HEAD'])
  if (head.kind === 'done' && head.stdout.trim() === tip) return { ...nothing, commit }
  const merged = await git(['-c', 'core.hooksPath=/dev/null', 'merge', '--ff-only', '--quiet', tip])
  if (merged.kind === 'done' && merged.code === 0) return { commit, moved: true, problems: [] }
  return { ...stopped(cannotFollow(tip, gitDetail(merged))), commit }
}

function stopped(problem: Problem): DirectOutcome {
  return { ...nothing, problems: [problem] }
}

function cannotFollow(commit: Sha, detail: string): Problem {
  return { code: 'RELEASE_TREE_UNAVAILABLE', severity: 'error', commit, detail }
}
