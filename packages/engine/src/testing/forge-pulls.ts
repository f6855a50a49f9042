/**
 * Pull requests of the test forge. The emulator keeps their texts and states; where their branches are and what a merge
 * makes is git's to say, so every pull request that leaves the forge is corrected by it.
 */
import type { BareRepository, MergeMethod } from './bare-repository.ts'
import type { AskEmulator } from './forge-mirror.ts'

type Pull = {
  readonly number: number
  readonly state: string
  readonly merged_at: string | null
  readonly title: string
  readonly body: string | null
  readonly user: unknown
  readonly head: Side
  readonly base: Side
  merge_commit_sha: string | null
}
type Side = { readonly ref: string; sha: string; readonly repo: { readonly full_name: string } | null }

/** A head that is not where it was. `before` is undefined when the pull request is new. */
export type MovedHead = {
  readonly into: string
  readonly from: string
  readonly number: number
  readonly before: string | undefined
  readonly sha: string
}

export type PullRequestDesk = {
  /** Takes note of where heads are, and writes the refs that show them. */
  follow(): Promise<readonly MovedHead[]>
  /** Any answer or payload of the emulator, with its pull requests as git has them. */
  corrected(value: unknown): unknown
  ofCommit(repository: string, sha: string): Promise<readonly Pull[]>
  /** GitHub's answer to whoever opens what is open already; the emulator would open it twice. */
  refuseSecond(repository: string, request: string): Promise<Reply | undefined>
  merge(repository: string, number: number, method: MergeMethod, allow: () => Promise<Reply>): Promise<Reply>
  synchronized(moved: MovedHead): Promise<object>
}

export function pullRequestDesk(
  repositories: () => Iterable<string>,
  bareOf: (repository: string) => BareRepository | undefined,
  tipOf: (repository: string, branch: string) => string | undefined,
  ask: AskEmulator,
): PullRequestDesk {
  const heads = new Map<string, string>()
  const merges = new Map<string, { readonly head: string; readonly base: string; readonly commit: string }>()
  const keyOf = (pull: Pull): string => `${pull.base.repo?.full_name}#${pull.number}`

  function tip({ repo, ref }: Side): string | undefined {
    return repo === null ? undefined : tipOf(repo.full_name, ref)
  }
  function correct(pull: Pull): void {
    const merged = merges.get(keyOf(pull))
    if (merged !== undefined) {
      Object.assign(pull.head, { sha: merged.head })
      Object.assign(pull.base, { sha: merged.base })
      pull.merge_commit_sha = merged.commit
      return
    }
    if (pull.state !== 'open') return
    pull.head.sha = tip(pull.head) ?? pull.head.sha
    pull.base.sha = tip(pull.base) ?? pull.base.sha
  }
  function corrected(value: unknown): unknown {
    if (Array.isArray(value)) for (const item of value) corrected(item)
    else if (typeof value === 'object' && value !== null) {
      if (isPull(value)) correct(value)
      else if ('pull_request' in value) corrected(value.pull_request)
    }
    return value
  }
  async function all(repository: string, state: 'open' | 'all'): Promise<readonly Pull[]> {
    const listed = await ask('GET', `/repos/${repository}/pulls?state=${state}&per_page=100`)
    return corrected(listed) as Pull[]
  }
  return {
    corrected,
    async follow() {
      const moved: MovedHead[] = []
      for (const repository of repositories()) {
        const bare = bareOf(repository)
        if (bare === undefined) continue
        for (const pull of await all(repository, 'open')) {
          const [key, from] = [keyOf(pull), pull.head.repo?.full_name]
          if (from === undefined || heads.get(`${key} ${pull.base.sha}`) === pull.head.sha) continue
          const before = heads.get(key)
          heads.set(`${key} ${pull.base.sha}`, pull.head.sha)
          heads.set(key, pull.head.sha)
          await showHead(bare, bareOf(from), pull)
          if (before !== pull.head.sha)
            moved.push({ into: repository, from, number: pull.number, before, sha: pull.head.sha })
        }
      }
      return moved
    },
    async ofCommit(repository, sha) {
      const bare = bareOf(repository)
      const found: Pull[] = []
      for (const pull of await all(repository, 'all')) {
        const key = keyOf(pull)
        const { base = pull.base.sha, commit } = merges.get(key) ?? {}
        if (pull.state !== 'open' && commit === undefined) continue
        const own = await bare?.git(['rev-list', pull.head.sha, `^${base}`]).catch(() => '')
        if (commit === sha || own?.split('\n').includes(sha)) found.push(pull)
      }
      return found
    },
    async refuseSecond(repository, request) {
      const { head = '', base } = JSON.parse(request || '{}') as { head?: string; base?: string }
      const label = head.includes(':') ? head : `${repository.split('/', 1)[0]}:${head}`
      const same = (await all(repository, 'open')).some(
        (pull) => `${pull.head.repo?.full_name.split('/', 1)[0]}:${pull.head.ref}` === label && pull.base.ref === base,
      )
      const message = `A pull request already exists for ${label}.`
      return same ? json(422, { message: 'Validation Failed', errors: [{ message }] }) : undefined
    },
    async merge(repository, number, method, allow) {
      const bare = bareOf(repository)
      const pull = corrected(await ask('GET', `/repos/${repository}/pulls/${number}`)) as Pull
      if (bare === undefined) return json(404, { message: 'Not Found' })
      const commit = await bare.merge(pull.base.sha, pull.head.sha, method, messageOf(pull, method))
      if (commit === undefined) return json(405, { message: 'Pull Request is not mergeable' })
      const [head, base] = [pull.head.sha, pull.base.sha]
      merges.set(`${repository}#${number}`, { head, base, commit })
      const reply = await allow()
      if (reply.status >= 300) {
        merges.delete(`${repository}#${number}`)
        return reply
      }
      await bare.git(['update-ref', `refs/heads/${pull.base.ref}`, commit, base])
      return json(200, { sha: commit, merged: true, message: 'Pull Request successfully merged' })
    },
    async synchronized({ into, number, before, sha }) {
      const pull = corrected(await ask('GET', `/repos/${into}/pulls/${number}`)) as Pull
      const repository = await ask('GET', `/repos/${into}`)
      return { action: 'synchronize', number, before, after: sha, pull_request: pull, repository, sender: pull.user }
    },
  }
}

export type Reply = { readonly status: number; readonly headers: Record<string, string>; readonly body: string }

export function json(status: number, value: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

function isPull(value: object): value is Pull {
  return 'head' in value && 'base' in value && 'number' in value && 'merge_commit_sha' in value
}

function messageOf(pull: Pull, method: MergeMethod): string {
  if (method === 'squash') return `${pull.title} (#${pull.number})\n\n${pull.body ?? ''}`.trim()
  const from = `${pull.head.repo?.full_name.split('/', 1)[0]}/${pull.head.ref}`
  return `Merge pull request #${pull.number} from ${from}\n\n${pull.title}`
}

/** `refs/pull/N/head`, and `refs/pull/N/merge`, which is what a workflow of a pull request checks out. */
async function showHead(into: BareRepository, from: BareRepository | undefined, pull: Pull): Promise<void> {
  if (from !== undefined && from !== into) {
    await into.git([
      'fetch',
      '--quiet',
      '--no-tags',
      from.folder,
      `+refs/heads/${pull.head.ref}:refs/pull/${pull.number}/head`,
    ])
  } else await into.git(['update-ref', `refs/pull/${pull.number}/head`, pull.head.sha])
  const trial = await into.merge(pull.base.sha, pull.head.sha, 'merge', `Merge ${pull.head.sha} into ${pull.base.sha}`)
  if (trial !== undefined) await into.git(['update-ref', `refs/pull/${pull.number}/merge`, trial])
}
