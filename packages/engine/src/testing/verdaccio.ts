/**
 * A real npm registry (Verdaccio) inside this process, on a free port of the loopback, empty, without an uplink, with
 * one user whose token may publish anything. Everything it writes lies in one temporary folder that `close` removes.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type OpenRegistry = {
  /** `http://127.0.0.1:PORT/`, with the slash. */
  readonly url: string
  readonly token: string
  /** A user-level `.npmrc` with this registry and its token, for `NPM_CONFIG_USERCONFIG`. */
  readonly userconfig: string
  close(): Promise<void>
}

export async function openVerdaccio(): Promise<OpenRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-registry-'))
  const { runServer } = await import('verdaccio')
  const server: Server = await runServer(configuration(folder) as unknown as Parameters<typeof runServer>[0])
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const token = await addUser(url)
  const userconfig = join(folder, 'npmrc')
  await writeFile(userconfig, npmrcFor(url, token))
  return {
    url,
    token,
    userconfig,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** The lines of an `.npmrc` that make `url` the registry and authenticate to it. */
export function npmrcFor(url: string, token: string): string {
  return `registry=${url}\n${url.replace(/^https?:/, '')}:_authToken=${token}\n`
}

function configuration(folder: string): object {
  const everybody = { access: '$all', publish: '$authenticated', unpublish: '$authenticated' }
  return {
    configPath: join(folder, 'config.yaml'),
    self_path: join(folder, 'config.yaml'),
    storage: join(folder, 'storage'),
    secret: randomBytes(16).toString('hex'),
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: 10 } },
    // Tokens that are signed: a token of the older kind holds the password, and every request pays 70 ms for its hash.
    security: { api: { jwt: { sign: { expiresIn: '7d' } } } },
    uplinks: {},
    packages: { '@*/*': everybody, '**': everybody },
    web: { enable: false },
    max_body_size: '100mb',
    userRateLimit: { windowMs: 1000, max: 100_000 },
    server: { keepAliveTimeout: 60, rateLimit: { windowMs: 1000, max: 100_000 } },
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
  }
}

async function addUser(url: string): Promise<string> {
  const user = { name: 'releaser', password: randomBytes(12).toString('hex') }
  const answer = await fetch(`${url}-/user/org.couchdb.user:${user.name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(user),
  })
  const { token } = (await answer.json()) as { token?: string }
  if (token === undefined) throw new Error(`The registry gave no token: ${answer.status}`)
  return token
}
