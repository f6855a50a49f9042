/**
 * What the public npm registry can do and Verdaccio cannot, in front of a Verdaccio: a staging area that a one-time
 * password opens, and tokens of trusted publishers, which publish and stage one package and do nothing else. Also the
 * service that gives a CI job its identity. Everything else is passed on.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const oneTimePassword = '314159'

export type NpmFront = {
  readonly url: string
  /** The environment of a GitHub job that the registry trusts. */
  readonly identity: Readonly<Record<string, string>>
  /** What was done, in order: `stage @a/b@1.0.0`, `approve …`, `reject …`, `exchange @a/b`. */
  readonly log: readonly string[]
  close(): Promise<void>
}

type Staged = { readonly id: string; readonly name: string; readonly version: string; readonly body: string }

/** `token`: of the registry behind. `stages`: false makes it a registry without a staging area. */
export async function npmFront(registry: string, token: string, stages = true): Promise<NpmFront> {
  const staged = new Map<string, Staged>()
  const log: string[] = []
  const server = createServer((asked, answer) => {
    serve(asked, answer).catch((error: unknown) => reply(answer, 500, { error: String(error) }))
  })
  const serve = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await textOf(asked)
    const { pathname, searchParams } = new URL(asked.url ?? '/', 'http://front')
    const authorization = asked.headers.authorization ?? ''
    if (pathname === '/identity') {
      return authorization === 'Bearer job'
        ? reply(answer, 200, { value: `identity for ${searchParams.get('audience')}` })
        : reply(answer, 401, {})
    }
    const exchange = /^\/-\/npm\/v1\/oidc\/token\/exchange\/package\/(.+)$/.exec(pathname)?.[1]
    if (exchange !== undefined) {
      if (authorization !== 'Bearer identity for npm:127.0.0.1') return reply(answer, 401, {})
      log.push(`exchange ${decodeURIComponent(exchange)}`)
      return reply(answer, 201, { token: `npm_${trusted(decodeURIComponent(exchange))}` })
    }
    const [, first = '', second = '', third = '', ...rest] = pathname.split('/')
    if (stages && first === '-' && second === 'stage') {
      return stage(asked, answer, { body, rest: [third, ...rest], package: searchParams.get('package') })
    }
    const isPublish = asked.method === 'PUT' && first !== '-'
    const isTrusted = isPublish && authorization === `Bearer npm_${trusted(decodeURIComponent(first))}`
    return pass(asked, answer, body, isTrusted ? `Bearer ${token}` : authorization)
  }
  const stage = async (
    asked: IncomingMessage,
    answer: ServerResponse,
    { body, rest, package: name }: { body: string; rest: readonly string[]; package: string | null },
  ): Promise<void> => {
    const [first = '', second = ''] = rest
    const authorization = asked.headers.authorization ?? ''
    if (authorization === '') return reply(answer, 401, { error: 'who are you?' })
    if (asked.method === 'POST' && first === 'package') {
      const document = JSON.parse(body) as { name: string; versions: Record<string, unknown> }
      const [version = ''] = Object.keys(document.versions)
      if ([...staged.values()].some((item) => item.name === document.name && item.version === version))
        return reply(answer, 409, { error: `${document.name}@${version} is staged already` })
      const id = randomUUID()
      staged.set(id, { id, name: document.name, version, body })
      log.push(`stage ${document.name}@${version}`)
      return reply(answer, 201, { stageId: id })
    }
    if (first === '') {
      const items = [...staged.values()].filter((item) => name === null || item.name === name)
      const shown = items.map(({ id, name: packageName, version }) => ({ id, packageName, version, status: 'pending' }))
      return reply(answer, 200, { items: shown, total: shown.length })
    }
    const item = staged.get(first)
    if (item === undefined) return reply(answer, 404, { error: 'no such stage' })
    if (asked.method === 'GET' && second === 'tarball') {
      answer.writeHead(200, { 'content-type': 'application/octet-stream' }).end(tarballIn(item.body))
      return undefined
    }
    if (asked.headers['npm-otp'] !== oneTimePassword) {
      answer.setHeader('www-authenticate', 'OTP')
      return reply(answer, 401, { error: 'You must provide a one-time pass.' })
    }
    if (asked.method === 'DELETE') {
      staged.delete(first)
      log.push(`reject ${item.name}@${item.version}`)
      return reply(answer, 200, { ok: true })
    }
    log.push(`approve ${item.name}@${item.version}`)
    const published = await fetch(`${registry}${item.name.replace('/', '%2f')}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: item.body,
    })
    if (published.ok) staged.delete(first)
    return reply(answer, published.status, await published.json())
  }
  const pass = async (asked: IncomingMessage, answer: ServerResponse, body: string, as: string): Promise<void> => {
    const headers: Record<string, string> = { authorization: as }
    for (const name of ['accept', 'content-type'])
      if (typeof asked.headers[name] === 'string') headers[name] = String(asked.headers[name])
    const method = asked.method ?? 'GET'
    const init = ['GET', 'HEAD'].includes(method) ? { method, headers } : { method, headers, body }
    const behind = await fetch(new URL((asked.url ?? '/').slice(1), registry), init)
    const bytes = Buffer.from(await behind.arrayBuffer())
    const isText = /json/.test(behind.headers.get('content-type') ?? '')
    const shown = isText ? Buffer.from(bytes.toString('utf8').replaceAll(registry, url)) : bytes
    answer.writeHead(behind.status, { 'content-type': behind.headers.get('content-type') ?? 'text/plain' }).end(shown)
  }
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    identity: {
      GITHUB_ACTIONS: 'true',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}identity?job=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'job',
    },
    log,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function trusted(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 36)
}

function tarballIn(body: string): Buffer {
  const { _attachments: attachments } = JSON.parse(body) as { _attachments: Record<string, { data: string }> }
  return Buffer.from(Object.values(attachments)[0]?.data ?? '', 'base64')
}

async function textOf(asked: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of asked) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function reply(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
