/**
 * Clones of repositories, and a working tree for each look. A clone lies in the folder of its installation and is
 * named by the forge's number of the repository, so that nothing is shared between two installations, whatever their
 * repositories are called. It holds no file contents but those that were needed; the working tree holds only what
 * decides a plan: manifests, changesets, and the files at the top.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Look } from '../deliveries/delivery.ts'
import type { SandboxLimits } from '../configuration.ts'
import { sandboxEnvironment, sandboxGit } from './git.ts'
import { failureOf, inTurn, looksFolder, remove, workingTree, type CheckoutAnswer } from './working-tree.ts'

export type CheckoutRequest = {
  readonly look: Look
  /** The address of the relay. */
  readonly remote: string
  /** `refs/pull/7/head`. */
  readonly headRef: string
  readonly baseBranch: string
  readonly signal: AbortSignal
}

export type Clones = {
  checkOut(request: CheckoutRequest): Promise<CheckoutAnswer>
  /** Removes working trees that a killed process has left. Before the first look. */
  begin(): Promise<void>
  /** Removes clones that nobody has used for a week. */
  tidy(now: number): Promise<void>
}

export function keepClones(folder: string, limits: SandboxLimits): Clones {
  const alone = oneAfterAnother()
  return {
    async checkOut(request) {
      const place = placeOf(folder, request.look)
      return alone(place, async () => {
        const existed = await isThere(place)
        const answer = await prepare(place, request, limits)
        if (answer.kind === 'ready' || answer.kind === 'gone') return answer
        // A clone that a killed process has left half done, or that has grown too far, is made anew.
        await remove(place)
        return existed && !request.signal.aborted ? prepare(place, request, limits) : answer
      })
    },
    async begin() {
      for (const place of await placesIn(folder)) await remove(join(place, looksFolder))
    },
    async tidy(now) {
      for (const place of await placesIn(folder)) {
        await alone(place, async () => {
          const used = await stat(place).then(
            ({ mtimeMs }) => mtimeMs,
            () => now,
          )
          if (now - used > week) await remove(place)
        })
      }
    },
  }
}

async function placesIn(folder: string): Promise<readonly string[]> {
  const owners = await readdir(folder).catch(() => [])
  const places = owners.map(async (owner) =>
    (await readdir(join(folder, owner)).catch(() => [])).map((name) => join(folder, owner, name)),
  )
  return (await Promise.all(places)).flat()
}

const week = 7 * 86_400_000

/** Installations are numbers on GitHub and paths on GitLab; neither becomes part of a path as it is. */
export function placeOf(folder: string, { forge, installation, repositoryId }: Look): string {
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
  return join(folder, digest(`${forge}\n${installation}`), digest(repositoryId))
}

async function prepare(
  place: string,
  { look, remote, headRef, baseBranch, signal }: CheckoutRequest,
  limits: SandboxLimits,
): Promise<CheckoutAnswer> {
  if (!isRefName(`refs/heads/${baseBranch}`)) return { kind: 'gone' }
  const [repository, home] = [join(place, 'repository.git'), join(place, 'home')]
  await mkdir(home, { recursive: true })
  const git = sandboxGit({
    cwd: place,
    env: { ...sandboxEnvironment(home, remote), GIT_DIR: repository },
    seconds: limits.fetchSeconds,
    memoryBytes: limits.memoryBytes,
    folder: { path: place, bytes: limits.folderBytes },
    signal,
  })
  if (!(await isThere(join(repository, 'HEAD')))) {
    const made = await inTurn(git, [
      ['init', '--quiet', '--bare', '--initial-branch=none', repository],
      ['config', 'remote.origin.promisor', 'true'],
      ['config', 'remote.origin.partialCloneFilter', 'blob:none'],
    ])
    if (made !== undefined) return made
  }
  const [headAt, baseAt] = [`refs/bot/${look.number}/head`, `refs/remotes/origin/${baseBranch}`]
  const fetched = await git(
    [
      'fetch',
      '--quiet',
      '--force',
      '--prune',
      '--no-tags',
      '--no-write-fetch-head',
      '--filter=blob:none',
      '--stdin',
      'origin',
    ],
    {
      input: [
        `+${headRef}:${headAt}`,
        `+refs/heads/${baseBranch}:${baseAt}`,
        '+refs/tags/*:refs/tags/*',
        '+refs/topsail/*:refs/topsail/*',
      ]
        .map((refspec) => `${refspec}\n`)
        .join(''),
    },
  )
  if (fetched.kind === 'done' && fetched.code !== 0 && /couldn't find remote ref/.test(fetched.stderr)) {
    return { kind: 'gone' }
  }
  const failure = failureOf(fetched, 'git fetch')
  if (failure !== undefined) return failure
  const heads = await git(['rev-parse', `${headAt}^{commit}`, `${baseAt}^{commit}`])
  return workingTree(git, { place, baseRef: baseAt }, heads)
}

/** As `git check-ref-format` has it, and nothing that a refspec would read otherwise. */
export function isRefName(ref: string): boolean {
  // eslint-disable-next-line no-control-regex
  if (ref.length > 500 || /[\u0000- ~^:?*[\\\u007f]|\.\.|@\{|\/\/|\/$|\.$/.test(ref)) return false
  return ref.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Runs what is asked for one key in the order in which it was asked for. */
function oneAfterAnother(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key)
    const run = (async () => {
      await before?.catch(() => {})
      return work()
    })()
    last.set(key, run)
    try {
      return await run
    } finally {
      if (last.get(key) === run) last.delete(key)
    }
  }
}
