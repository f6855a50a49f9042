/**
 * Everything a test of a forge needs, real and on the loopback: a GitHub API, git over HTTP, people with tokens, an app
 * with signed webhooks, workspaces cloned from it, and a registry when one is asked for. All of it lies in one folder
 * that `close` removes.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BareRepository, MergeMethod } from './bare-repository.ts'
import { cloneAt, gitEnv, makeBare, run, seed, type Clone } from './forge-access.ts'
import { appPermissions, appToken, owners, request, slug, startEmulator } from './forge-emulator.ts'
import { apiBase, forgeHub, type Delivery } from './forge-hub.ts'
import { startRegistry, type TestRegistry } from './registry.ts'

export type ForgeRigOptions = {
  /** Files of the first commit of `acme/shop`. */
  readonly files: Readonly<Record<string, string | object>>
  /** More repositories, each with a single README, owned by organisations: `globex/tools`. */
  readonly more?: readonly string[]
  readonly registry?: boolean
}

export type ForgeRig = {
  readonly apiUrl: string
  /** Of people's pages and of git: `WEB/acme/shop`, `WEB/acme/shop.git`. */
  readonly webUrl: string
  readonly repository: string
  readonly tokens: {
    /** A person who administers `acme` and all other organisations. */
    readonly maintainer: string
    /** A person who may write nowhere but in a fork. */
    readonly contributor: string
    /** The app's installation on `acme`: contents, pull requests, issues, checks. */
    readonly ci: string
    /** What a workflow of a fork's pull request gets. */
    readonly readOnly: string
  }
  readonly app: {
    readonly id: number
    readonly slug: string
    readonly privateKey: string
    readonly webhookSecret: string
    /** By organisation. */
    readonly installations: Readonly<Record<string, number>>
  }
  /** The maintainer's clone of `acme/shop`, on main. */
  readonly work: Clone
  readonly bare: BareRepository
  readonly registry: TestRegistry | undefined
  readonly deliveries: readonly Delivery[]
  /** Sends the app's webhooks there from now on; undefined stops them. */
  deliverTo(url: string | undefined): void
  /** Sends a recorded one again; gives the status of the answer. */
  deliver(delivery: Delivery): Promise<number | undefined>
  /** A fork of `acme/shop` that belongs to the contributor, cloned; one and the same each time. */
  fork(): Promise<Clone>
  clone(repository: string, token?: string): Promise<Clone>
  /** A token of the app's installation that owns `repository`, of these permissions and for this repository alone. */
  installationToken(repository: string, permissions: Readonly<Record<string, 'read' | 'write'>>): Promise<string>
  /** `from`: a branch of `acme/shop`, or `OWNER:branch` of a fork. Gives the number. */
  openPullRequest(from: string, texts: { readonly title: string; readonly body?: string }): Promise<number>
  merge(number: number, method?: MergeMethod): Promise<string>
  /** A request to the API as somebody; fails with the words of a refusal. */
  api(token: string, method: string, path: string, body?: object): Promise<unknown>
  /** What GitHub Actions puts into the environment of a job. */
  environment(token: string, more?: Readonly<Record<string, string>>): Record<string, string>
  close(): Promise<void>
}

const readPermissions = { contents: 'read', pull_requests: 'read', issues: 'read', checks: 'read' } as const

export async function startForge(options: ForgeRigOptions): Promise<ForgeRig> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-forge-'))
  const root = join(folder, 'remotes')
  const people = { mona: `ghp_${randomBytes(18).toString('hex')}`, ada: `ghp_${randomBytes(18).toString('hex')}` }
  const webhookSecret = randomBytes(16).toString('hex')
  const installed = new Map<string, { readonly repository: string; readonly write: boolean }>()
  const mayPush = (password: string, repository: string): boolean => {
    if (password === people.mona) return true
    if (password === people.ada) return repository.startsWith('ada/')
    const token = installed.get(password)
    return token !== undefined && token.write && token.repository === repository
  }
  const hub = await forgeHub({ root, mayPush, webhookSecret, botLogin: `${slug}[bot]` })
  const repositories = ['acme/shop', ...(options.more ?? [])]
  const { emulator, privateKey, ask } = await startEmulator(hub, repositories, people, webhookSecret)
  hub.begin(emulator.url, ask)

  const api: ForgeRig['api'] = (token, method, path, body) => request(`${hub.url}${apiBase}`, token, method, path, body)
  const clone: ForgeRig['clone'] = async (repository, token = people.mona) => {
    const at = await mkdtemp(join(folder, 'clone-'))
    const url = `${hub.url}/${repository}.git`.replace('http://', `http://x:${token}@`)
    await run('git', ['clone', '--quiet', url, at], { env: gitEnv() })
    return cloneAt(at, token === people.ada ? 'Ada' : 'Mona')
  }
  const installations = Object.fromEntries(owners(repositories).map((owner, index) => [owner, 100 + index]))
  const installationToken: ForgeRig['installationToken'] = async (repository, permissions) => {
    const [owner = '', name = ''] = repository.split('/')
    const path = `/app/installations/${installations[owner]}/access_tokens`
    const answer = (await request(emulator.url, appToken(1, privateKey), 'POST', path, {
      permissions,
      repositories: [name],
    })) as { token: string }
    installed.set(answer.token, { repository, write: permissions['contents'] === 'write' })
    return answer.token
  }
  for (const path of repositories) await makeBare(join(root, `${path}.git`))
  const [bare, ...others] = repositories.map((path) => hub.add(path))
  if (bare === undefined) throw new Error('a forge without a repository')
  await seed(bare, options.files)
  for (const [index, other] of others.entries()) await seed(other, { 'README.md': `# ${options.more?.[index]}\n` })
  const registry = options.registry === true ? await startRegistry() : undefined
  let forked: Promise<Clone> | undefined

  const rig: ForgeRig = {
    apiUrl: `${hub.url}${apiBase}`,
    webUrl: hub.url,
    repository: 'acme/shop',
    tokens: {
      maintainer: people.mona,
      contributor: people.ada,
      ci: await installationToken('acme/shop', appPermissions),
      readOnly: await installationToken('acme/shop', readPermissions),
    },
    app: { id: 1, slug, privateKey, webhookSecret, installations },
    work: await clone('acme/shop'),
    bare,
    registry,
    deliveries: hub.deliveries,
    deliverTo: hub.deliverTo,
    deliver: hub.deliver,
    clone,
    installationToken,
    fork() {
      forked ??= makeFork()
      return forked
    },
    async openPullRequest(from, { title, body = '' }) {
      const token = from.includes(':') ? people.ada : people.mona
      const pull = await api(token, 'POST', '/repos/acme/shop/pulls', { head: from, base: 'main', title, body })
      return (pull as { number: number }).number
    },
    async merge(number, method = 'merge') {
      const path = `/repos/acme/shop/pulls/${number}/merge`
      return ((await api(people.mona, 'PUT', path, { merge_method: method })) as { sha: string }).sha
    },
    api,
    environment: (token, more = {}) => ({
      GITHUB_ACTIONS: 'true',
      GITHUB_TOKEN: token,
      GITHUB_API_URL: `${hub.url}${apiBase}`,
      GITHUB_SERVER_URL: hub.url,
      GITHUB_REPOSITORY: 'acme/shop',
      ...more,
    }),
    async close() {
      await hub.close()
      await emulator.close()
      await registry?.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
  return rig

  async function makeFork(): Promise<Clone> {
    await request(emulator.url, people.ada, 'POST', '/repos/acme/shop/forks', {})
    await run('git', ['clone', '--quiet', '--bare', join(root, 'acme/shop.git'), join(root, 'ada/shop.git')], {
      env: gitEnv(),
    })
    hub.add('ada/shop')
    return clone('ada/shop', people.ada)
  }
}
