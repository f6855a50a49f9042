/**
 * Where the reconciler stands: the clone, its remote, the branch that releases are made from. The commit that is
 * checked out has to be on that branch, for what is published is what lies there.
 */
import type { Problem, Settings, Sha, Snapshot } from '@topsail/core'
import { gitIn } from '../adapters/git-process.ts'
import { watchingSilence, type Silence } from '../adapters/silence.ts'
import type { Git } from '../ports.ts'
import { findPushRemote } from '../read/push-remote.ts'
import { namespacesOf } from '../read/release-namespaces.ts'
import { readSnapshot, silentGit } from '../read/read-snapshot.ts'
import { findWorkspaceRoot } from '../read/workspace-root.ts'
import { gitRefStore } from '../release/git-ref-store.ts'
import type { RefStore } from '../release/ref-store.ts'
import { bringBranch, isAncestor, readRemote, type RemoteRefs } from './remote-refs.ts'

export type Place = {
  readonly root: string
  readonly git: Git
  readonly remote: string
  readonly base: string
  /** Where releases keep their refs, in order of preference. */
  readonly namespaces: readonly string[]
  readonly refs: RefStore
  readonly settings: Settings
}

export type StandingPlace = {
  readonly place: Place
  readonly snapshot: Snapshot
  readonly head: Sha
  readonly tip: Sha
  readonly seen: RemoteRefs
}

export async function findPlace(
  cwd: string,
  onSilence: (silence: Silence) => void = () => {},
): Promise<StandingPlace | { readonly problems: readonly Problem[] }> {
  const root = findWorkspaceRoot(cwd) ?? cwd
  const git = gitIn(root, watchingSilence(onSilence))
  const [snapshot, found] = await Promise.all([
    readSnapshot({ cwd: root, git, sources: 'changesets', fetchBurned: true }),
    findPushRemote(git),
  ])
  const silent = silentGit(snapshot)
  if (silent !== undefined) return { problems: [silent] }
  const { remote, unclear } = found
  if (unclear.length > 0) return { problems: [{ code: 'REMOTE_UNCLEAR', severity: 'error', remotes: unclear }] }
  if (remote === undefined) return { problems: [{ code: 'REMOTE_MISSING', severity: 'error' }] }
  const { settings, head } = snapshot
  const { baseBranch: base } = settings
  const namespaces = namespacesOf(settings.release.refs)
  const broken = snapshot.problems.filter(({ severity, code }) => severity === 'error' && code.startsWith('CONFIG_'))
  if (broken.length > 0) return { problems: broken }
  const listed = await readRemote(git, { remote, branches: [base, settings.pullRequest.branch], namespaces })
  if (listed.kind === 'unreachable') return { problems: [listed.problem] }
  const tip = listed.refs.branches.get(base)
  if (tip === undefined || head === undefined) {
    return { problems: [{ code: 'BASE_BRANCH_MISSING', severity: 'error', branch: base }] }
  }
  const isOn = (await bringBranch(git, remote, base, tip)) && (await isAncestor(git, head, tip))
  if (!isOn) return { problems: [{ code: 'HEAD_NOT_ON_BASE', severity: 'error', branch: base, head, tip }] }
  const refs = gitRefStore(git, remote)
  return { place: { root, git, remote, base, namespaces, refs, settings }, snapshot, head, tip, seen: listed.refs }
}
