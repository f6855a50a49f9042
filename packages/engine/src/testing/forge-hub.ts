/**
 * One server that is a forge for tests: git over HTTP, and an API which is the emulator's with what it lacks put right.
 * The bare repositories are the truth of branches: before each request the emulator is shown what was pushed, after it
 * git gets what the API committed. Pull requests follow their branches, merges are git's, and webhooks of the app carry
 * what is true when they are delivered, signed by the app's secret.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { bareRepository, type BareRepository } from './bare-repository.ts'
import { mirrorOf, type AskEmulator, type Mirror } from './forge-mirror.ts'
import { json, pullRequestDesk, type PullRequestDesk, type Reply } from './forge-pulls.ts'
import { serveGit } from './git-http.ts'

export type Delivery = {
  readonly event: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type HubOptions = {
  /** The folder of the bare repositories. */
  readonly root: string
  readonly mayPush: (password: string, repository: string) => boolean
  readonly webhookSecret: string
  readonly botLogin: string
}

export type ForgeHub = {
  /** Without a slash at its end. It serves `/OWNER/NAME.git` and `/api/v3/…`. */
  readonly url: string
  /** The server begins to pass requests on once the emulator is there. */
  begin(emulator: string, ask: AskEmulator): void
  add(repository: string): BareRepository
  /** Where the app's webhooks go; nowhere before. */
  deliverTo(url: string | undefined): void
  readonly deliveries: readonly Delivery[]
  /** Sends one (again). */
  deliver(delivery: Delivery): Promise<number | undefined>
  close(): Promise<void>
}

export const apiBase = '/api/v3'
export const webhookPath = '/_webhooks'

export async function forgeHub(options: HubOptions): Promise<ForgeHub> {
  const repositories = new Map<string, { readonly bare: BareRepository; readonly mirror: Mirror }>()
  const deliveries: Delivery[] = []
  const pending = new Set<Promise<unknown>>()
  let emulator = ''
  let ask: AskEmulator = () => Promise.reject(new Error('the emulator is not there yet'))
  let target: string | undefined
  let turn: Promise<unknown> = Promise.resolve()
  /** Heads of pull requests move with git, or with a request that writes. */
  let mayHaveMoved = true
  const desk: PullRequestDesk = pullRequestDesk(
    () => repositories.keys(),
    (repository) => repositories.get(repository)?.bare,
    (repository, branch) => repositories.get(repository)?.mirror.refs.get(`refs/heads/${branch}`),
    forward,
  )

  const place = { url: '' }

  function forward(...request: Parameters<AskEmulator>): Promise<unknown> {
    return ask(...request)
  }
  /** One thing at a time: what a request sees and what it leaves belong together. */
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work, work)
    turn = next.catch(() => {})
    return next
  }
  async function showAll(): Promise<void> {
    for (const { mirror } of repositories.values()) if (await mirror.show()) mayHaveMoved = true
    if (!mayHaveMoved) return
    mayHaveMoved = false
    for (const moved of await desk.follow()) {
      const { bare, mirror } = {
        bare: repositories.get(moved.from)?.bare,
        mirror: repositories.get(moved.into)?.mirror,
      }
      if (bare && mirror) await mirror.showObjects(bare, moved.sha)
      if (moved.before !== undefined) await announce('pull_request', moved.into, await desk.synchronized(moved))
    }
  }
  async function announce(event: string, repository: string, payload: object): Promise<void> {
    const installation = (await ask('GET', `/repos/${repository}/installation`).catch(() => undefined)) as
      | { readonly id: number }
      | undefined
    if (installation === undefined) return
    send(event, corrected(JSON.stringify({ ...payload, installation: { id: installation.id } })))
  }
  function send(event: string, body: string): void {
    const signature = `sha256=${createHmac('sha256', options.webhookSecret).update(body).digest('hex')}`
    const headers = {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': signature,
    }
    const delivery = { event, headers, body }
    deliveries.push(delivery)
    const sent = deliver(delivery)
    pending.add(sent)
    void sent.finally(() => pending.delete(sent))
  }
  async function deliver({ headers, body }: Delivery): Promise<number | undefined> {
    if (target === undefined) return undefined
    const signal = AbortSignal.timeout(10_000)
    return fetch(target, { method: 'POST', headers: { ...headers }, body, signal }).then(
      (answer) => answer.status,
      () => undefined,
    )
  }

  async function serveApi(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await bodyOf(asked)
    await exclusively(async () => {
      await showAll()
      const own = await ownAnswer(asked, body)
      const reply = own ?? (await pass(asked, body))
      if (asked.method !== 'GET') mayHaveMoved = true
      if (reply.status === 201) await tagRelease(asked, body)
      // A pull request has its refs from the moment it is there.
      if (asked.method === 'POST' && asked.url?.endsWith('/pulls')) await showAll()
      if (changesRefs(asked)) for (const { mirror } of repositories.values()) await mirror.fetch()
      answer.writeHead(reply.status, reply.headers).end(reply.body === '' ? '' : corrected(reply.body))
    })
  }
  /** A release makes its tag where there is none. */
  async function tagRelease({ url = '' }: IncomingMessage, body: string): Promise<void> {
    const repository = /\/repos\/([^/]+\/[^/]+)\/releases$/.exec(url)?.[1]
    const bare = repository === undefined ? undefined : repositories.get(repository)?.bare
    if (bare === undefined) return
    const { tag_name: tag, target_commitish: at = 'HEAD' } = JSON.parse(body) as Record<string, string>
    const ref = `refs/tags/${tag}`
    if (!(await bare.refs()).has(ref)) await bare.git(['update-ref', ref, `${at}^{commit}`]).catch(() => {})
  }
  /** As this server would say it: addresses are its own, pull requests where git has them. */
  function corrected(text: string): string {
    const { url } = place
    const moved = JSON.stringify(desk.corrected(JSON.parse(text)))
    return moved.replaceAll(`${emulator}/repos/`, `${url}${apiBase}/repos/`).replaceAll(`${emulator}/`, `${url}/`)
  }
  async function ownAnswer(asked: IncomingMessage, body: string): Promise<Reply | undefined> {
    const [path = ''] = (asked.url ?? '').slice(apiBase.length).split('?')
    if (asked.method === 'POST' && path === '/graphql') return graphql(asked, body)
    const commit = /^\/repos\/([^/]+\/[^/]+)\/commits\/([0-9a-f]{40})\/pulls$/.exec(path)
    if (commit) return json(200, await desk.ofCommit(commit[1] ?? '', commit[2] ?? ''))
    const opened = /^\/repos\/([^/]+\/[^/]+)\/pulls$/.exec(path)
    if (opened && asked.method === 'POST') return desk.refuseSecond(opened[1] ?? '', body)
    const merge = /^\/repos\/([^/]+\/[^/]+)\/pulls\/(\d+)\/merge$/.exec(path)
    if (!merge || asked.method !== 'PUT') return undefined
    const method = (JSON.parse(body || '{}') as { merge_method?: 'merge' | 'squash' | 'rebase' }).merge_method
    const merged = await desk.merge(merge[1] ?? '', Number(merge[2]), method ?? 'merge', async () => pass(asked, body))
    for (const { mirror } of repositories.values()) await mirror.show()
    mayHaveMoved = true
    return merged
  }
  /** The one question that an installation's token has no REST address for. */
  async function graphql(asked: IncomingMessage, body: string): Promise<Reply> {
    const isInstallation = /\bghs_/.test(asked.headers.authorization ?? '')
    if (!isInstallation || !body.includes('viewer')) return json(200, { errors: [{ message: 'not served here' }] })
    return json(200, { data: { viewer: { login: options.botLogin, databaseId: await botId() } } })
  }
  async function botId(): Promise<number> {
    const user = (await ask('GET', `/users/${encodeURIComponent(options.botLogin)}`)) as { id: number }
    return user.id
  }
  async function pass(asked: IncomingMessage, body: string): Promise<Reply> {
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = asked.headers
    const reply = await fetch(`${emulator}${(asked.url ?? '').slice(apiBase.length)}`, {
      method: asked.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body === '' ? {} : { body }),
    })
    const kept = ['link', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'x-accepted-github-permissions']
    const found = kept.flatMap((name): [string, string][] => {
      const value = reply.headers.get(name)
      return value === null ? [] : [[name, value.replaceAll(emulator, `${place.url}${apiBase}`)]]
    })
    const text = await reply.text()
    return {
      status: reply.status,
      headers: { 'content-type': 'application/json', ...Object.fromEntries(found) },
      body: text,
    }
  }

  const server = createServer((asked, answer) => {
    const failed = (error: unknown): void => {
      if (!answer.headersSent) answer.writeHead(500, { 'content-type': 'application/json' })
      answer.end(JSON.stringify({ message: `the test forge: ${String(error)}` }))
    }
    // GraphQL lies beside the REST interface, as on a server of one's own.
    if (asked.url === '/api/graphql') asked.url = `${apiBase}/graphql`
    if (asked.url?.startsWith(`${apiBase}/`)) serveApi(asked, answer).catch(failed)
    else if (asked.url === webhookPath) {
      bodyOf(asked).then(async (body) => {
        answer.end()
        const event = String(asked.headers['x-github-event'])
        await exclusively(async () => send(event, corrected(body)))
      }, failed)
    } else {
      serveGit(asked, answer, options).then(async (pushed) => {
        if (pushed && emulator !== '') await exclusively(showAll)
        answer.end()
      }, failed)
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  place.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: place.url,
    begin(at, asking) {
      emulator = at
      ask = asking
    },
    add(repository) {
      const bare = bareRepository(join(options.root, `${repository}.git`))
      repositories.set(repository, { bare, mirror: mirrorOf(bare, forward, repository) })
      return bare
    },
    deliverTo(url) {
      target = url
    },
    deliveries,
    deliver,
    async close() {
      target = undefined
      await Promise.allSettled([turn, ...pending])
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function changesRefs({ method, url = '' }: IncomingMessage): boolean {
  return method !== 'GET' && /\/(git\/refs|contents)(\/|$|\?)/.test(url)
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of asked) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
