/**
 * Provenance as a job of GitHub makes it: the statement is signed by Sigstore, here a stand-in for its certificate
 * authority and its log behind a proxy, and goes up with the tarball. The real services were not tried.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestRegistry, npmrcFor, startRegistry } from '@topsail/engine/testing'
import { type TestWorkspace, makeWorkspace } from '../src/testing/workspace.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
let registry: TestRegistry
let folder: string
const servers: { close(done: () => void): unknown; closeAllConnections?(): void }[] = []
const workspaces: TestWorkspace[] = []

/** As it is published, where Sigstore's library is loaded when it is used. */
const bundle = (): string => join(folder, 'dist/main.js')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'topsail-provenance-'))
  const cli = fileURLToPath(new URL('..', import.meta.url))
  cpSync(join(cli, 'package.json'), join(folder, 'package.json'))
  execFileSync(process.execPath, ['build.ts', join(folder, 'dist')], { cwd: cli, stdio: 'pipe' })
  registry = await startRegistry()
})
afterAll(async () => {
  for (const workspace of workspaces) workspace.remove()
  for (const server of servers) {
    server.closeAllConnections?.()
    await new Promise<void>((done) => server.close(() => done()))
  }
  await registry.close()
  rmSync(folder, { recursive: true, force: true })
})

async function listening<Listening extends Server>(server: Listening): Promise<number> {
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  return (server.address() as AddressInfo).port
}

/** Answers as Fulcio and Rekor do, and hands out the job's identity. */
async function sigstore(): Promise<{
  readonly proxy: string
  readonly identity: string
  readonly ca: string
  readonly asked: string[]
}> {
  const [key, ca] = [join(folder, 'key.pem'), join(folder, 'ca.pem')]
  const names = 'subjectAltName=DNS:fulcio.sigstore.dev,DNS:rekor.sigstore.dev'
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      ...curve,
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=stand-in',
      '-addext',
      names,
      '-keyout',
      key,
      '-out',
      ca,
    ],
    { stdio: 'ignore' },
  )
  const asked: string[] = []
  const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(ca) }, async (question, answer) => {
    asked.push(`${question.headers.host} ${question.url}`)
    let body = ''
    for await (const chunk of question) body += String(chunk)
    const chain = { certificates: [readFileSync(ca, 'utf8')] }
    const entry = { body: Buffer.from(body).toString('base64'), integratedTime: 1, logID: 'ab'.repeat(32), logIndex: 7 }
    const isLog = question.url === '/api/v1/log/entries'
    answer.writeHead(201, { 'content-type': 'application/json' })
    answer.end(
      JSON.stringify(
        isLog
          ? { uuid: { ...entry, verification: { signedEntryTimestamp: 'AAAA' } } }
          : { signedCertificateEmbeddedSct: { chain } },
      ),
    )
  })
  const port = await listening(secure)
  const proxy = createServer()
  proxy.on('connect', (question, socket) => {
    if (!/^(fulcio|rekor)\.sigstore\.dev:443$/.test(question.url ?? '')) return void socket.destroy()
    const through = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      through.pipe(socket).pipe(through)
    })
  })
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = `${part({ alg: 'none' })}.${part({ sub: 'repo:acme/shop:ref:refs/heads/main' })}.sig`
  const identity = createServer((_, answer) => void answer.end(JSON.stringify({ value: token })))
  const addressOf = async (server: Server): Promise<string> => `http://127.0.0.1:${await listening(server)}`
  return { proxy: await addressOf(proxy), identity: `${await addressOf(identity)}/?job=1`, ca, asked }
}

/** The registry, with a look at what is uploaded. */
async function watched(): Promise<{ readonly url: string; readonly uploads: string[] }> {
  const uploads: string[] = []
  const server = createServer((question, answer) => {
    const chunks: Buffer[] = []
    question.on('data', (chunk: Buffer) => chunks.push(chunk))
    question.on('end', () => {
      const body = Buffer.concat(chunks)
      if (question.method === 'PUT') uploads.push(body.toString('utf8'))
      const { method } = question
      const sent = method === 'PUT' ? withoutStatement(body) : body
      const headers = { ...question.headers, 'content-length': String(sent.length) }
      const on = request(new URL(question.url ?? '/', registry.url), { method, headers }, (reply) => {
        answer.writeHead(reply.statusCode ?? 500, reply.headers)
        reply.pipe(answer)
      })
      on.end(sent)
    })
  })
  return { url: `http://127.0.0.1:${await listening(server)}/`, uploads }
}

/** Verdaccio takes one attachment, and npm's registry takes the statement beside it. */
function withoutStatement(body: Buffer): Buffer {
  const document = JSON.parse(body.toString('utf8')) as { _attachments?: Record<string, unknown> }
  const kept = Object.entries(document._attachments ?? {}).filter(([name]) => !name.endsWith('.sigstore'))
  return Buffer.from(
    JSON.stringify({ ...document, ...(kept.length > 0 ? { _attachments: Object.fromEntries(kept) } : {}) }),
  )
}

function run(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundle(), ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

test.skipIf(!hasOpenssl)(
  'a job of GitHub signs where it came from, and its statement goes up with the tarball',
  { timeout: 120_000 },
  async () => {
    const [stub, front] = [await sigstore(), await watched()]
    const shop = makeWorkspace(
      {
        'package.json': '{"name":"shop","private":true,"workspaces":["packages/*"]}',
        '.changeset/config.json': '{"access":"public","changelog":false}',
        '.npmrc': npmrcFor(front.url, '${TEST_TOKEN}'),
        'packages/db/package.json': '{"name":"@proven/db","version":"1.0.0"}',
      },
      {},
    )
    workspaces.push(shop)
    const job = {
      GITHUB_ACTIONS: 'true',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/release.yml@refs/heads/main',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_SHA: 'a'.repeat(40),
      ACTIONS_ID_TOKEN_REQUEST_URL: stub.identity,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'job',
    }
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      GIT_CONFIG_GLOBAL: '/dev/null',
      TEST_TOKEN: registry.token,
      NODE_EXTRA_CA_CERTS: stub.ca,
      HTTPS_PROXY: stub.proxy,
      NO_PROXY: '127.0.0.1',
    }
    // Outside of a job nobody can say where it came from, and no release begins.
    for (const [args, more] of [
      [['publish', '--provenance'], {}],
      [['publish', '--dry-run'], { NPM_CONFIG_PROVENANCE: 'true' }],
      [['publish', '--provenance'], { GITHUB_ACTIONS: 'true' }],
    ] as const) {
      const outside = await run(shop.dir, [...args], { ...env, ...more })
      expect(outside).toMatchObject({ code: 1, output: expect.stringContaining('PROVENANCE_UNAVAILABLE') })
      expect((await run(shop.dir, ['status'], env)).output).not.toContain('open')
    }
    expect(front.uploads).toEqual([])

    const { code, output } = await run(shop.dir, ['publish'], { ...env, ...job, NPM_CONFIG_PROVENANCE: 'true' })
    expect(output).toContain('1 package published')
    expect(code).toBe(0)
    expect(stub.asked).toEqual(['fulcio.sigstore.dev /api/v2/signingCert', 'rekor.sigstore.dev /api/v1/log/entries'])
    const upload = JSON.parse(front.uploads[0] ?? '{}') as { _attachments: Record<string, { data: string }> }
    const bundle = JSON.parse(upload._attachments['@proven/db-1.0.0.sigstore']?.data ?? '{}') as {
      dsseEnvelope: { payload: string }
    }
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8'))
    const integrity = (await registry.packument('@proven/db'))?.versions['1.0.0']?.dist.integrity ?? ''
    expect(statement).toMatchObject({
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: [
        {
          name: 'pkg:npm/%40proven/db@1.0.0',
          digest: { sha512: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex') },
        },
      ],
    })
  },
)
