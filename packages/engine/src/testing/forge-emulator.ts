/**
 * The GitHub API behind a forge of tests: people with tokens, an app that is installed where there are repositories, and
 * what it takes to ask as one of them.
 */
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { requestAs } from './forge-access.ts'
import { webhookPath, type ForgeHub } from './forge-hub.ts'
import type { AskEmulator } from './forge-mirror.ts'

export const slug = 'topsail'

export const appPermissions = {
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
  checks: 'write',
  metadata: 'read',
} as const

export async function startEmulator(
  hub: ForgeHub,
  repositories: readonly string[],
  people: { readonly mona: string; readonly ada: string },
  webhookSecret: string,
) {
  const { createEmulator } = await import('emulate')
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  // Every object of a push is a request, and a token has five thousand of them.
  const mirrors = Array.from({ length: 8 }, () => `ghp_${randomBytes(18).toString('hex')}`)
  const emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: {
        [people.mona]: { login: 'mona', scopes: ['repo'] },
        [people.ada]: { login: 'ada', scopes: ['repo'] },
        ...Object.fromEntries(mirrors.map((token) => [token, { login: 'mona', scopes: ['repo'] }])),
      },
      github: {
        users: [{ login: 'mona', name: 'Mona' }, { login: 'ada', name: 'Ada' }, { login: `${slug}[bot]` }],
        orgs: owners(repositories).map((login) => ({ login, members: [{ login: 'mona', role: 'admin' }] })),
        repos: repositories.map((path) => {
          const [owner, name] = path.split('/')
          return { owner, name, auto_init: false }
        }),
        apps: [
          {
            app_id: 1,
            slug,
            name: 'Topsail',
            private_key: privateKey,
            permissions: appPermissions,
            events: ['*'],
            webhook_url: `${hub.url}${webhookPath}`,
            webhook_secret: webhookSecret,
            installations: owners(repositories).map((account, index) => ({ installation_id: 100 + index, account })),
          },
        ],
      },
    },
  })
  // A fork belongs to its owner alone.
  let asked = 0
  const ask: AskEmulator = (method, path, body) => {
    asked += 1
    const token = path.startsWith('/repos/ada/') ? people.ada : mirrors[asked % mirrors.length]
    return request(emulator.url, token ?? people.mona, method, path, body)
  }
  return { emulator, privateKey, ask }
}

export function owners(repositories: readonly string[]): readonly string[] {
  return [...new Set(repositories.map((path) => path.split('/', 1)[0] ?? ''))]
}

/** A token by which the app itself asks, good for some minutes. */
export function appToken(id: number, privateKey: string): string {
  const now = Math.floor(Date.now() / 1000)
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: now - 60, exp: now + 540, iss: String(id) })}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`
}

export async function request(
  base: string,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  return requestAs({ authorization: `Bearer ${token}` }, base, method, path, body)
}
