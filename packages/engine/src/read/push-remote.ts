/** The remote that git itself would choose for `git push` on this branch; undefined where there is none. */
import type { Git } from '../ports.ts'

export async function pushRemote(git: Git): Promise<string | undefined> {
  return (await findPushRemote(git)).remote
}

/** `unclear`: there are several, and git would choose none of them. */
export type PushRemote = { readonly remote: string | undefined; readonly unclear: readonly string[] }

export async function findPushRemote(git: Git): Promise<PushRemote> {
  const settings = await remoteSettings(git)
  const remotes = new Set([...settings.keys()].flatMap((key) => /^remote\.(.+)\.[^.]+$/s.exec(key)?.[1] ?? []))
  if (remotes.size < 2) return { remote: [...remotes][0], unclear: [] }
  const branch = await currentBranch(git)
  const keys = ['remote.pushdefault']
  if (branch !== undefined) {
    keys.unshift(`branch.${branch}.pushremote`)
    keys.push(`branch.${branch}.remote`)
  }
  const chosen = keys.map((key) => settings.get(key)).find((name) => name !== undefined && remotes.has(name))
  const remote = chosen ?? (remotes.has('origin') ? 'origin' : undefined)
  return { remote, unclear: remote === undefined ? [...remotes].sort() : [] }
}

/** Key to its last value; git writes the first and the last part of a key in lower case. */
async function remoteSettings(git: Git): Promise<ReadonlyMap<string, string>> {
  const answer = await git(['config', '-z', '--get-regexp', '^(remote|branch)\\.'])
  if (answer.kind === 'missing' || answer.code !== 0) return new Map()
  return new Map(
    answer.stdout.split('\0').map((entry) => {
      const end = entry.indexOf('\n')
      return end < 0 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)]
    }),
  )
}

async function currentBranch(git: Git): Promise<string | undefined> {
  const answer = await git(['symbolic-ref', '--quiet', '--short', 'HEAD'])
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout.trim() : undefined
}
