/**
 * Credentials of a container registry, found where docker, podman and buildah keep them: a `config.json` with `auths`,
 * or a credential helper, which is run without a shell. They leave this file only towards the request that needs them.
 */
import { readFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { runUserCommand } from '../../adapters/user-command.ts'
import type { Environment } from '../npmrc.ts'

export type RegistryCredentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'identity'; readonly token: string }

type DockerConfig = {
  readonly auths?: Readonly<Record<string, { readonly auth?: unknown; readonly identitytoken?: unknown } | undefined>>
  readonly credHelpers?: Readonly<Record<string, unknown>>
  readonly credsStore?: unknown
}

/** `host` with its port. The first file that knows the host decides. */
export async function dockerCredentials(host: string, env: Environment): Promise<RegistryCredentials | undefined> {
  for (const file of configFiles(env)) {
    const config = await readConfig(file)
    if (config === undefined) continue
    const helper = ownOf(config.credHelpers, host) ?? config.credsStore
    const helped = typeof helper === 'string' ? await askHelper(helper, host, env) : undefined
    const found = helped ?? listed(config, host)
    if (found !== undefined) return found
  }
  return undefined
}

function configFiles(env: Environment): readonly string[] {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir()
  const runtime = env['XDG_RUNTIME_DIR']
  return [
    ...(env['REGISTRY_AUTH_FILE'] ? [env['REGISTRY_AUTH_FILE']] : []),
    join(env['DOCKER_CONFIG'] ?? join(home, '.docker'), 'config.json'),
    ...(runtime === undefined ? [] : [join(runtime, 'containers', 'auth.json')]),
  ]
}

async function readConfig(file: string): Promise<DockerConfig | undefined> {
  try {
    const config: unknown = JSON.parse(await readFile(file, 'utf8'))
    return typeof config === 'object' && config !== null ? config : undefined
  } catch {
    // Missing, not for us to read, or no JSON: docker then goes on without credentials as well.
    return undefined
  }
}

/** Docker Hub is filed under its oldest address. */
function addressesOf(host: string): readonly string[] {
  const hub = host === 'registry-1.docker.io' ? ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io'] : []
  return [host, `https://${host}`, `https://${host}/`, `http://${host}`, ...hub]
}

function listed(config: DockerConfig, host: string): RegistryCredentials | undefined {
  for (const address of addressesOf(host)) {
    const entry = ownOf(config.auths, address)
    if (typeof entry !== 'object' || entry === null) continue
    if (typeof entry.identitytoken === 'string') return { kind: 'identity', token: entry.identitytoken }
    if (typeof entry.auth !== 'string') continue
    const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(entry.auth, 'base64').toString('utf8')) ?? []
    if (user !== undefined && password !== undefined) return { kind: 'password', user, password }
  }
  return undefined
}

/** `docker-credential-NAME get`: the address on standard input, JSON on standard output. */
async function askHelper(name: string, host: string, env: Environment): Promise<RegistryCredentials | undefined> {
  if (!/^[\w.-]+$/.test(name)) return undefined
  for (const address of addressesOf(host)) {
    const run = await runUserCommand({
      argv: [`docker-credential-${name}`, 'get'],
      values: {},
      cwd: tmpdir(),
      env,
      input: address,
      timeout: 30,
      redact: () => '',
    })
    if (run.kind === 'broken' || run.code !== 0) continue
    const answer = parsed(run.stdout)
    const { Username: user, Secret: secret } = answer ?? {}
    if (typeof user !== 'string' || typeof secret !== 'string') continue
    return user === '<token>' ? { kind: 'identity', token: secret } : { kind: 'password', user, password: secret }
  }
  return undefined
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function ownOf<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined
}
